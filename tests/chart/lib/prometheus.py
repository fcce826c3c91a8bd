# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's Prometheus, and the configuration that the Prometheus operator makes of the chart's objects."""

import json
import re
import signal
import urllib.error
import urllib.parse
import urllib.request

import helm
import yaml
from rig.process import Process, until

LISTEN = "127.0.0.1:9090"


def _known(workload):
    """Labels that service discovery gives a pod of a workload: its namespace, name and labels."""
    name = workload["metadata"]["name"]
    labels = workload["spec"]["template"]["metadata"]["labels"]
    return {"__meta_kubernetes_namespace": workload["metadata"]["namespace"], "__meta_kubernetes_pod_name": f"{name}-x7k2p",
            "__meta_kubernetes_pod_node_name": "node-a",
            **{"__meta_kubernetes_pod_label_" + re.sub(r"\W", "_", key): value for key, value in labels.items()}}


def _relabeled(spec, end, job):
    """The operator's relabelling, then that of the endpoint."""
    copied = {"namespace": "__meta_kubernetes_namespace", "pod": "__meta_kubernetes_pod_name"}
    for name in spec.get("podTargetLabels", []):
        copied[re.sub(r"\W", "_", name)] = "__meta_kubernetes_pod_label_" + re.sub(r"\W", "_", name)
    out = [{"source_labels": [source], "target_label": target} for target, source in copied.items()]
    out += [{"target_label": "job", "replacement": job}, {"target_label": "endpoint", "replacement": end["port"]}]
    return out + [{re.sub(r"[A-Z]", lambda found: "_" + found[0].lower(), key): value for key, value in rule.items()}
                  for rule in end.get("relabelings", [])]


def scrapes(trees, address, interval="1s"):
    """scrape_configs for the monitor of a release whose relays are all at an address; the interval is the test's."""
    monitor = helm.of_kind(trees, "PodMonitor", "ServiceMonitor")[0]
    spec, out = monitor["spec"], []
    for number, end in enumerate(spec["podMetricsEndpoints" if monitor["kind"] == "PodMonitor" else "endpoints"]):
        targets = []
        for workload in helm.workloads(trees):
            port = next(one["containerPort"] for one in helm.relay(workload)["ports"] if one["name"] == end["port"])
            targets.append({"targets": [f"{address}:{port}"], "labels": _known(workload)})
        out.append({"job_name": f"{monitor['metadata']['name']}/{number}", "scrape_interval": interval, "scrape_timeout": interval,
                    "metrics_path": end["path"], "honor_labels": end["honorLabels"], "static_configs": targets,
                    "relabel_configs": _relabeled(spec, end, f"{monitor['metadata']['namespace']}/{monitor['metadata']['name']}")})
    return out


class Prometheus:
    """One that scrapes, and evaluates the rules of a release, in a namespace."""

    def __init__(self, net, folder, trees, address):
        self._net = net
        rules = f"{folder}/rules.yaml"
        with open(rules, "w", encoding="utf-8") as file:
            yaml.safe_dump(helm.of_kind(trees, "PrometheusRule")[0]["spec"], file)
        with open(f"{folder}/prometheus.yaml", "w", encoding="utf-8") as file:
            yaml.safe_dump({"global": {"evaluation_interval": "1s"}, "rule_files": [rules], "scrape_configs": scrapes(trees, address)}, file)
        self.process = Process(net, ["prometheus", f"--config.file={folder}/prometheus.yaml", f"--storage.tsdb.path={folder}/data",
                                     f"--web.listen-address={LISTEN}", "--log.level=warn"], f"{folder}/prometheus.log")

    def ready(self):
        """Wait for it."""
        until(self._answers, 20, "Prometheus to be ready")

    def _answers(self):
        if not self.process.alive():
            raise RuntimeError(f"Prometheus ended: {self.process.tail()}")
        try:
            with self._net.entered(), urllib.request.urlopen(f"http://{LISTEN}/-/ready", timeout=5):
                return True
        except OSError:
            return False

    def ask(self, what, **parameters):
        """The data of an answer of its API; an error raises with its words."""
        url = f"http://{LISTEN}/api/v1/{what}?{urllib.parse.urlencode(parameters)}"
        with self._net.entered():
            try:
                with urllib.request.urlopen(url, timeout=10) as answer:
                    return json.load(answer)["data"]
            except urllib.error.HTTPError as error:
                raise RuntimeError(f"{what} {parameters}: {error.read().decode()}") from error

    def query(self, expression):
        """[(labels, value)] of an expression now."""
        data = self.ask("query", query=expression)
        found = data["result"] if data["resultType"] == "vector" else [{"metric": {}, "value": data["result"]}]
        return [(one["metric"], float(one["value"][1])) for one in found]

    def stop(self):
        """End it."""
        self.process.stop(signal.SIGKILL)
