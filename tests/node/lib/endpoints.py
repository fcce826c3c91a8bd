# SPDX-License-Identifier: GPL-2.0-or-later
"""The EndpointSlices that Kubernetes makes for a rendered Service: which pods it selects, which of them are ready, and the port of each
by the name that the Service asks for. Pods whose ports differ are in slices of their own."""


def _ports(service, pod):
    """The Service's ports, each with the number that it has in this pod: (name, protocol, number)."""
    found = []
    for port in service["spec"]["ports"]:
        target = port.get("targetPort", port["port"])
        if isinstance(target, int):
            found.append((port["name"], port["protocol"], target))
            continue
        found += [(port["name"], port["protocol"], own["containerPort"]) for container in pod.spec["containers"]
                  for own in container.get("ports", []) if (own["name"], own["protocol"]) == (target, port["protocol"])]
    return tuple(found)


def slices(service, pods):
    """Slices of a headless Service, as trees with the fields that a DNS server reads."""
    made = {}
    always = service["spec"].get("publishNotReadyAddresses", False)
    for pod in pods:
        if service["spec"]["selector"].items() <= pod.labels.items():
            made.setdefault(_ports(service, pod), []).append(
                {"addresses": [pod.fields["status.podIP"]], "conditions": {"ready": always or pod.is_ready()}})
    return [{"ports": [dict(zip(("name", "protocol", "port"), port)) for port in ports], "endpoints": endpoints}
            for ports, endpoints in made.items()]
