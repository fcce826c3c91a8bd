# SPDX-License-Identifier: GPL-2.0-or-later
"""The cluster's DNS: a dnsmasq that has of the rendered Services what Kubernetes' specification of DNS wants for headless ones, made of
their EndpointSlices. It is at 10.0.0.53 in the cloud's network."""

import helm
from endpoints import slices
from rig.netns import run
from rig.process import Process, until

SERVER, DOMAIN = "10.0.0.53", "cluster.local"
WEIGHT = 100


def _records(service, pods):
    """(lines of SRV records, lines of a hosts file) of a headless Service: ready endpoints only."""
    zone = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc.{DOMAIN}"
    records, hosts = [], set()
    for one in slices(service, pods):
        for address in (address for end in one["endpoints"] if end["conditions"]["ready"] for address in end["addresses"]):
            target = f"{address.replace('.', '-').replace(':', '-')}.{zone}"
            hosts.add(f"{address} {zone} {target}")
            records += [f"srv-host=_{port['name']}._{port['protocol'].lower()}.{zone},{target},{port['port']},0,{WEIGHT}"
                        for port in one["ports"]]
    return sorted(records), sorted(hosts)


class Dns:
    """The server. It has nothing until update(), and knows nobody to ask for other names."""

    def __init__(self, cloud, folder):
        self._folder = folder
        self._space = cloud.space("dns")
        cloud.plug("lan", self._space, "eth0", f"{SERVER}/24")
        self._process, self._had = None, None

    def resolver(self, namespace):
        """resolv.conf of a pod in a namespace of Kubernetes, as the kubelet writes it for dnsPolicy ClusterFirst."""
        return (f"search {namespace}.svc.{DOMAIN} svc.{DOMAIN} {DOMAIN}\nnameserver {SERVER}\noptions ndots:5\n")

    def update(self, trees, pods):
        """What the Services of a release have now."""
        records, hosts = [], []
        for service in helm.of_kind(trees, "Service"):
            more = _records(service, pods)
            records += more[0]
            hosts += more[1]
        if (records, hosts) == self._had:
            return
        self.stop()
        self._had = (records, hosts)
        for name, lines in (("hosts", hosts), ("dnsmasq.conf", [
                "keep-in-foreground", "log-queries", "log-facility=-", "no-resolv", "no-hosts", "user=root", "pid-file", "bind-interfaces", f"listen-address={SERVER}",
                f"local=/{DOMAIN}/svc/", f"addn-hosts={self._folder}/hosts", *records])):
            with open(f"{self._folder}/{name}", "w", encoding="ascii") as file:
                file.write("".join(f"{line}\n" for line in lines))
        self._process = Process(self._space, ["dnsmasq", f"--conf-file={self._folder}/dnsmasq.conf"], f"{self._folder}/dnsmasq.log")
        until(lambda: f"{SERVER}:53" in run("ip", "netns", "exec", self._space.name, "ss", "-Huln"), 10, "dnsmasq to listen")

    def stop(self):
        """End it."""
        if self._process:
            self._process.stop()

    def ask(self, client, *words):
        """Lines that dig prints in a namespace, sorted."""
        return sorted(run("ip", "netns", "exec", client.name, "dig", f"@{SERVER}", "+short", *words).splitlines())
