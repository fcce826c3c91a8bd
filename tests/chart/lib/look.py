# SPDX-License-Identifier: GPL-2.0-or-later
"""What must hold in any rendering, which no schema tells: names that refer to each other, ports that do not collide, rights."""

import itertools
import re

import helm

INSTANCE = "app_kubernetes_io_instance"
RIGHTS_LEFT = {"NET_ADMIN", "NET_BIND_SERVICE"}
LOADER = {"drop": ["ALL"], "add": ["SYS_MODULE"]}


def references(trees):
    """Mounts have volumes, selectors find pods, named ports exist, configuration that is mounted is there."""
    wrong = []
    names = {(tree["kind"], tree["metadata"]["name"]) for tree in trees}
    for workload in helm.workloads(trees):
        name, spec = workload["metadata"]["name"], helm.pod(workload)
        labels = workload["spec"]["template"]["metadata"]["labels"]
        if not workload["spec"]["selector"]["matchLabels"].items() <= labels.items():
            wrong.append(f"{name}: its selector does not find its own pods")
        volumes = {volume["name"] for volume in spec["volumes"]}
        for container in spec["containers"] + spec.get("initContainers", []):
            for mount in container.get("volumeMounts", []):
                if mount["name"] not in volumes:
                    wrong.append(f"{name}/{container['name']}: mounts {mount['name']}, which is no volume")
        for volume in spec["volumes"]:
            if "configMap" in volume and ("ConfigMap", volume["configMap"]["name"]) not in names:
                wrong.append(f"{name}: volume {volume['name']} is of a ConfigMap that is not there")
        if spec["serviceAccountName"] != "default" and ("ServiceAccount", spec["serviceAccountName"]) not in names:
            wrong.append(f"{name}: its ServiceAccount is not there")
    return wrong + _selectors(trees) + _targets(trees, names) + _scrapes(trees) + _admitted(trees)


def _selectors(trees):
    wrong = []
    pods = [workload["spec"]["template"]["metadata"]["labels"] for workload in helm.workloads(trees)]
    services = helm.of_kind(trees, "Service")
    for tree in services + helm.of_kind(trees, "PodMonitor", "PodDisruptionBudget", "NetworkPolicy"):
        spec = tree["spec"]
        wanted = spec["selector"] if tree["kind"] == "Service" else spec.get("selector", spec.get("podSelector"))["matchLabels"]
        if not any(wanted.items() <= labels.items() for labels in pods):
            wrong.append(f"{tree['kind']} {tree['metadata']['name']} selects no pod")
    ports = {port["name"] for workload in helm.workloads(trees) for port in helm.relay(workload)["ports"]}
    for service in services:
        wrong += [f"Service {service['metadata']['name']}: no port {port['targetPort']}"
                  for port in service["spec"]["ports"] if port["targetPort"] not in ports]
    for monitor in helm.of_kind(trees, "PodMonitor"):
        wrong += [f"PodMonitor: no port {item['port']}" for item in monitor["spec"]["podMetricsEndpoints"] if item["port"] not in ports]
    for monitor in helm.of_kind(trees, "ServiceMonitor"):
        wanted = monitor["spec"]["selector"]["matchLabels"]
        found = [item for item in services if wanted.items() <= item["metadata"]["labels"].items()]
        if len(found) != 1:
            wrong.append(f"ServiceMonitor selects {len(found)} Services, expected one")
    return wrong


def _scrapes(trees):
    """Series have the labels by which alerts and dashboard find a release, and two targets of a pod are told apart."""
    wrong = []
    for monitor in helm.of_kind(trees, "PodMonitor", "ServiceMonitor"):
        spec, kind = monitor["spec"], monitor["kind"]
        if INSTANCE not in [re.sub(r"\W", "_", name) for name in spec.get("podTargetLabels", [])]:
            wrong.append(f"{kind}: its series do not get the label {INSTANCE} of the pod")
        ends = [{rule.get("targetLabel"): rule.get("sourceLabels") for rule in end.get("relabelings", [])}
                for end in spec["endpoints" if kind == "ServiceMonitor" else "podMetricsEndpoints"]]
        wrong += [f"{kind}: the series 'up' of its paths are one" for labels in ends if labels.get("metrics_path") != ["__metrics_path__"]]
    for rule in helm.of_kind(trees, "PrometheusRule"):
        wrong += [f"the alert {one['alert']} does not ask for the label {INSTANCE}" for group in rule["spec"]["groups"]
                  for one in group["rules"] if f"{INSTANCE}=" not in one["expr"]]
    return wrong


def _admitted(trees):
    """A NetworkPolicy lets in the media ports of every interface, and no others."""
    wrong = []
    for policy in helm.of_kind(trees, "NetworkPolicy"):
        opened = {(port["port"], port["endPort"]) for rule in policy["spec"]["ingress"] for port in rule["ports"] if "endPort" in port}
        used = {span for workload in helm.workloads(trees) for span in spans(helm.relay(workload))}
        if opened != used:
            wrong.append(f"NetworkPolicy opens the media ports {sorted(opened)}, the relays use {sorted(used)}")
    return wrong


def _targets(trees, names):
    wrong = []
    for scaler in helm.of_kind(trees, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        if (target["kind"], target["name"]) not in names:
            wrong.append(f"HorizontalPodAutoscaler scales {target}, which is not there")
        if any("replicas" in tree["spec"] for tree in helm.of_kind(trees, "Deployment")):
            wrong.append("a Deployment sets replicas against its HorizontalPodAutoscaler")
    return wrong


def expanded(container, given):
    """Its environment as the kubelet makes it: fields from given, $(NAME) of earlier entries replaced. Unknown names raise."""
    out = {}
    for entry in container["env"]:
        if "valueFrom" in entry:
            out[entry["name"]] = given[entry["valueFrom"]["fieldRef"]["fieldPath"]]
        else:
            out[entry["name"]] = re.sub(r"\$\((\w+)\)", lambda found: out[found[1]], entry["value"])
    return out


def environment(trees):
    """Every $(NAME) stands after NAME; no name twice but for extraEnv."""
    wrong = []
    for workload in helm.workloads(trees):
        spec = helm.pod(workload)
        for container in spec["containers"] + spec.get("initContainers", []):
            known = set()
            for entry in container.get("env", []):
                for name in re.findall(r"\$\((\w+)\)", entry.get("value", "")):
                    if name not in known:
                        wrong.append(f"{container['name']}: {entry['name']} uses $({name}) before it is known")
                known.add(entry["name"])
            for word in container.get("args", []) if container["name"] != "shell" else []:
                wrong += [f"{container['name']}: argument {word} uses an unknown name"
                          for name in re.findall(r"\$\((\w+)\)", word) if name not in known]
    return wrong


def spans(container):
    """All its ranges of media ports."""
    env = {entry["name"]: entry.get("value", "") for entry in container["env"]}
    found = [(int(low), int(high)) for low, high in re.findall(r"@(\d+)-(\d+)", env["RTPFERRY_INTERFACE"])]
    if any("@" not in spec for spec in env["RTPFERRY_INTERFACE"].split(",")):
        found.append((int(env["RTPFERRY_PORT_MIN"]), int(env["RTPFERRY_PORT_MAX"])))
    return found


def collisions(trees):
    """Relays of one node's network share no port, no table label and no table id; the API's ports fit what is listened on."""
    wrong = []
    relays = [helm.relay(workload) for workload in helm.workloads(trees)]
    host = any(helm.pod(workload).get("hostNetwork") for workload in helm.workloads(trees))
    for one in relays:
        for low, high in spans(one):
            if low % 2 or high <= low or (high - low) % 2 == 0:
                wrong.append(f"the range {low}-{high} does not hold whole pairs")
            wrong += [f"port {port['name']} {port['containerPort']} lies among the media ports {low}-{high}"
                      for port in one["ports"] if port["protocol"] == "UDP" and low <= port["containerPort"] <= high]
        env = {entry["name"]: entry.get("value", "") for entry in one["env"]}
        for name, variable in (("ng", "RTPFERRY_LISTEN_NG"), ("http", "RTPFERRY_LISTEN_HTTP")):
            port = next(str(port["containerPort"]) for port in one["ports"] if port["name"] == name)
            wrong += [f"{variable} {item} is not on the container's port {port}"
                      for item in env[variable].split(",") if not re.search(rf"(^|:){port}$", item)]
    for one, other in itertools.combinations(relays, 2):
        for what in ("RTPFERRY_TABLE_LABEL", "RTPFERRY_TABLE") if host else ("RTPFERRY_TABLE",):
            values = [next((entry["value"] for entry in item["env"] if entry["name"] == what), None) for item in (one, other)]
            if values[0] is not None and values[0] == values[1] != "auto":
                wrong.append(f"two relays have {what} {values[0]}")
        if not host:
            continue
        for port in ("ng", "http"):
            values = [next(p["containerPort"] for p in item["ports"] if p["name"] == port) for item in (one, other)]
            if values[0] == values[1]:
                wrong.append(f"two relays have the {port} port {values[0]}")
        wrong += [f"ranges {a} and {b} overlap" for a in spans(one) for b in spans(other) if a[0] <= b[1] and b[0] <= a[1]]
    return wrong


def rights(trees, privileged=False):
    """Only the loader of the module may load one, without a read-only root; all others drop everything and add what is known."""
    wrong = []
    for workload in helm.workloads(trees):
        spec = helm.pod(workload)
        for container in spec["containers"] + spec.get("initContainers", []):
            name, context = container["name"], container.get("securityContext")
            if context is None:
                continue  # the operator's own
            if name == "kmod-loader":
                if context.get("privileged") or context.get("allowPrivilegeEscalation") is not False or context["capabilities"] != LOADER:
                    wrong.append(f"{name} has more than it needs: {context}")
                continue
            if privileged and name in ("rtpferryd", "table"):
                continue
            if context.get("privileged") or context.get("allowPrivilegeEscalation") is not False:
                wrong.append(f"{name} may gain privileges")
            if context["capabilities"]["drop"] != ["ALL"] or not set(context["capabilities"].get("add", [])) <= RIGHTS_LEFT:
                wrong.append(f"{name} has the capabilities {context['capabilities']}")
            if not context.get("readOnlyRootFilesystem"):
                wrong.append(f"{name} may write its root")
        if spec["securityContext"]["seccompProfile"]["type"] != "RuntimeDefault":
            wrong.append("seccomp is not RuntimeDefault")
        if spec["automountServiceAccountToken"]:
            wrong.append("the pod has a token of the Kubernetes API")
    return wrong


# Capabilities that the Pod Security level baseline lets a container add.
BASELINE = {"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP",
            "SETUID", "SYS_CHROOT"}


def pod_security(spec):
    """The strictest Pod Security level that admits a pod."""
    pod, contexts = spec.get("securityContext", {}), [item.get("securityContext", {})
                                                      for item in spec["containers"] + spec.get("initContainers", [])]
    added = {name for context in contexts for name in context.get("capabilities", {}).get("add", [])}
    seccomp = [context.get("seccompProfile", pod.get("seccompProfile", {})).get("type") for context in contexts]
    if spec.get("hostNetwork") or any(context.get("privileged") for context in contexts) or not added <= BASELINE or "Unconfined" in seccomp \
            or any("hostPath" in volume for volume in spec.get("volumes", [])):
        return "privileged"
    strict = all(context.get("allowPrivilegeEscalation") is False and context.get("capabilities", {}).get("drop") == ["ALL"]
                 and {**pod, **context}.get("runAsNonRoot") and {**pod, **context}.get("runAsUser") != 0 for context in contexts)
    return "restricted" if strict and added <= {"NET_BIND_SERVICE"} and None not in seccomp else "baseline"
