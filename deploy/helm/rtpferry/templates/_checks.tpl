{{- /* SPDX-License-Identifier: GPL-2.0-or-later */ -}}
{{- /* Combinations of values that cannot work, each refused with a sentence. What one value alone may be is in values.schema.json. */ -}}

{{- define "rtpferry.checkPorts" -}}
{{- $v := .Values }}
{{- $host := eq $v.network.mode "host" }}
{{- $n := int $v.workload.relaysPerNode }}
{{- $ranges := list $v.network.ports }}
{{- range $v.network.interfaces }}{{ if .ports }}{{ $ranges = append $ranges .ports }}{{ end }}{{ end }}
{{- $last := add (int $v.ng.port) (ternary (sub $n 1) 0 $host) }}
{{- if gt $last 65535 }}
{{- fail (printf "ng.port = %d and workload.relaysPerNode = %d need the ports up to %d; 65535 is the last" (int $v.ng.port) $n $last) }}
{{- end }}
{{- $lastHttp := add (int $v.http.port) (ternary (sub $n 1) 0 $host) }}
{{- if gt $lastHttp 65535 }}
{{- fail (printf "http.port = %d and workload.relaysPerNode = %d need the ports up to %d; 65535 is the last" (int $v.http.port) $n $lastHttp) }}
{{- end }}
{{- range $ranges }}
{{- $min := int .min }}{{ $max := int .max }}
{{- $text := printf "the media ports %d to %d" $min $max }}
{{- if le $max $min }}
{{- fail (printf "%s are none; expected a highest port above the lowest" $text) }}
{{- end }}
{{- if mod $min 2 }}
{{- fail (printf "%s begin with an odd port; expected an even one, as RTP has the even port of each pair" $text) }}
{{- end }}
{{- $each := div (sub (add1 $max) $min) (ternary $n 1 $host) }}
{{- if lt $each 4 }}
{{- fail (printf "%s are %d for each of %d relays on a node; expected 4 at least, which is one call" $text $each $n) }}
{{- end }}
{{- if and (ge $last $min) (le (int $v.ng.port) $max) }}
{{- fail (printf "the ng ports %d to %d lie within %s; expected them outside" (int $v.ng.port) $last $text) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "rtpferry.checkAddresses" -}}
{{- $v := .Values }}
{{- $words := include "rtpferry.words" . }}
{{- if and (contains "sidecar:" $words) (not $v.network.addressSidecar.enabled) }}
{{- fail "network.interfaces has an address of sidecar:FILE, but network.addressSidecar.enabled is false; expected true, or file:PATH with a volume of your own" }}
{{- end }}
{{- if and $v.network.addressSidecar.enabled (not $v.network.addressSidecar.image) }}
{{- fail "network.addressSidecar.enabled is true without network.addressSidecar.image; expected the image that writes the address files" }}
{{- end }}
{{- if and (regexMatch "(?m)^node$" $words) (not $v.network.nodeAddresses) }}
{{- fail "network.interfaces has an address of node, but network.nodeAddresses is empty; expected {NODE: {INTERFACE: {advertised: ADDRESS}}}" }}
{{- end }}
{{- $items := (include "rtpferry.interfaces" . | fromJson).items }}
{{- range $i, $item := $items }}
{{- range $what := list "address" "advertised" }}
{{- range $node, $interfaces := ternary $v.network.nodeAddresses dict (eq (default "" (get $item $what)) "node") }}
{{- if not (get (default dict (get $interfaces $item.name)) $what) }}
{{- fail (printf "network.nodeAddresses.%s has no %s.%s, which the interface '%s' asks for with the word node" $node $item.name $what $item.name) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $other := slice $items (add1 $i | int) }}
{{- $a := default $v.network.ports $item.ports }}{{ $b := default $v.network.ports $other.ports }}
{{- if and (eq $item.address $other.address) (le (int $a.min) (int $b.max)) (le (int $b.min) (int $a.max)) }}
{{- fail (printf "the interfaces '%s' and '%s' share the address %s and the ports %d to %d and %d to %d overlap; expected ports of their own" $item.name $other.name $item.address (int $a.min) (int $a.max) (int $b.min) (int $b.max)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "rtpferry.checkNetwork" -}}
{{- $v := .Values }}
{{- $m := $v.network.multus }}
{{- if eq $v.network.mode "multus" }}
{{- if and (not $m.networks) (not $m.attachment.create) }}
{{- fail "network.mode is multus, but there is neither network.multus.networks nor network.multus.attachment.create; expected one of them" }}
{{- end }}
{{- if and $m.attachment.create (not $m.attachment.plugin.type) }}
{{- fail "network.multus.attachment.create is true without attachment.plugin.type; expected a CNI plugin such as macvlan, ipvlan or host-device" }}
{{- end }}
{{- else if or $m.networks $m.attachment.create }}
{{- fail "network.multus is set, but network.mode is host; expected network.mode=multus" }}
{{- end }}
{{- range $name, $listen := ternary dict (dict "ng" $v.ng.listen "http" $v.http.listen) (eq $v.network.mode "host") }}
{{- if has "hostIP" $listen }}
{{- fail (printf "%s.listen has hostIP, which is no address of a pod in network.mode=multus; expected podIP" $name) }}
{{- end }}
{{- end }}
{{- if and $v.networkPolicy.enabled (eq $v.network.mode "host") }}
{{- fail "networkPolicy.enabled has no effect on the node's network; expected network.mode=multus, or a firewall of the node" }}
{{- end }}
{{- if and (eq $v.network.mode "multus") (eq (include "rtpferry.single" .) "yes") (gt (int $v.workload.relaysPerNode) 1) }}
{{- fail (printf "workload.relaysPerNode = %d, but network.multus has a device (host-device) or addresses (ips, mac, ipam static) for one pod; expected 1, or a release for each" (int $v.workload.relaysPerNode)) }}
{{- end }}
{{- if and (eq (include "rtpferry.fixed" .) "yes") (eq $v.workload.kind "Deployment") (or $v.autoscaling.enabled (gt (int $v.workload.replicas) 1)) }}
{{- fail (printf "network.multus has addresses for one pod (ips, mac, ipam static), but %s; expected workload.replicas = 1 and no autoscaling, or addresses from a pool" (ternary "autoscaling.enabled" (printf "workload.replicas = %d" (int $v.workload.replicas)) $v.autoscaling.enabled)) }}
{{- end }}
{{- if and (eq $v.network.mode "multus") (gt (int $v.workload.relaysPerNode) 1) (eq $v.workload.kind "Deployment") }}
{{- fail (printf "workload.relaysPerNode = %d of a Deployment in multus mode; expected 1, and workload.replicas for more relays" (int $v.workload.relaysPerNode)) }}
{{- end }}
{{- end }}

{{- /* Labels that selectors and upgrades rely on are the chart's. */ -}}
{{- define "rtpferry.checkLabels" -}}
{{- $m := .Values.metrics }}
{{- range $name, $labels := dict "commonLabels" .Values.commonLabels "podLabels" .Values.podLabels "metrics.podMonitor.labels" $m.podMonitor.labels
  "metrics.serviceMonitor.labels" $m.serviceMonitor.labels "metrics.prometheusRule.labels" $m.prometheusRule.labels
  "metrics.dashboard.labels" $m.dashboard.labels "autoscaling.adapterRule.labels" $.Values.autoscaling.adapterRule.labels }}
{{- range $key := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/version"
  "app.kubernetes.io/managed-by" "helm.sh/chart" "rtpferry/relay" }}
{{- if hasKey $labels $key }}
{{- fail (printf "%s has %s, which the chart sets itself; expected other labels" $name $key) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "rtpferry.checkUpdate" -}}
{{- $v := .Values }}
{{- $types := ternary (list "RollingUpdate" "OnDelete") (list "RollingUpdate" "Recreate") (eq $v.workload.kind "DaemonSet") }}
{{- $type := default "RollingUpdate" $v.workload.updateStrategy.type }}
{{- if not (has $type $types) }}
{{- fail (printf "workload.updateStrategy.type = %s of a %s; expected %s" $type $v.workload.kind (join " or " $types)) }}
{{- end }}
{{- if and (ne $type "RollingUpdate") $v.workload.updateStrategy.rollingUpdate }}
{{- fail (printf "workload.updateStrategy has rollingUpdate with the type %s; expected the type RollingUpdate, or no rollingUpdate" $type) }}
{{- end }}
{{- end }}

{{- define "rtpferry.checkWorkload" -}}
{{- $v := .Values }}
{{- if and $v.autoscaling.enabled (ne $v.workload.kind "Deployment") }}
{{- fail (printf "autoscaling.enabled with workload.kind = %s; expected Deployment, the only kind that an HPA scales" $v.workload.kind) }}
{{- end }}
{{- if gt (int $v.autoscaling.minReplicas) (int $v.autoscaling.maxReplicas) }}
{{- fail (printf "autoscaling.minReplicas = %d is above maxReplicas = %d" (int $v.autoscaling.minReplicas) (int $v.autoscaling.maxReplicas)) }}
{{- end }}
{{- if and $v.podDisruptionBudget.enabled (ne $v.workload.kind "Deployment") }}
{{- fail (printf "podDisruptionBudget.enabled with workload.kind = %s; expected Deployment: the pods of a DaemonSet are not evicted" $v.workload.kind) }}
{{- end }}
{{- if and (eq $v.kernelModule.mode "none") $v.kernelModule.required }}
{{- fail "kernelModule.required is true, but kernelModule.mode is none; expected host, init or kmm" }}
{{- end }}
{{- if and (eq $v.kernelModule.mode "none") (eq (default "off" $v.config.nft) "guard") }}
{{- fail "config.nft is guard, but kernelModule.mode is none, which has no NET_ADMIN to make it; expected the mode host, which works without a module, too" }}
{{- end }}
{{- if and (eq $v.kernelModule.mode "none") (eq $v.kernelModule.table.bootstrap "init") }}
{{- fail "kernelModule.table.bootstrap is init, but kernelModule.mode is none; expected host, init or kmm" }}
{{- end }}
{{- if and (eq $v.kernelModule.table.bootstrap "init") (not $v.kernelModule.required) }}
{{- fail "kernelModule.table.bootstrap is init, but kernelModule.required is false; expected true: without a module that init container fails and the pod never starts" }}
{{- end }}
{{- if and (eq $v.network.mode "multus") (ne (include "rtpferry.tableId" (dict "root" . "ordinal" 0)) "auto") }}
{{- fail (printf "kernelModule.table.id = %v in network.mode=multus, where a node has several pods of a relay, at a roll-out if not always; expected auto: ids are the node's" $v.kernelModule.table.id) }}
{{- end }}
{{- if and $v.kernelModule.kmm.create (ne $v.kernelModule.mode "kmm") }}
{{- fail (printf "kernelModule.kmm.create is true, but kernelModule.mode is %s; expected kmm" $v.kernelModule.mode) }}
{{- end }}
{{- if and $v.kernelModule.kmm.create $v.kernelModule.kmm.moduleNamespace (ne $v.kernelModule.kmm.moduleNamespace .Release.Namespace) }}
{{- fail (printf "kernelModule.kmm.create is true, but moduleNamespace is %s; the chart makes objects in its own namespace %s only" $v.kernelModule.kmm.moduleNamespace .Release.Namespace) }}
{{- end }}
{{- if and (eq $v.securityContext.seccompProfile "Localhost") (not $v.securityContext.seccompLocalhostProfile) }}
{{- fail "securityContext.seccompProfile is Localhost without seccompLocalhostProfile; expected the profile's path below the kubelet's seccomp folder" }}
{{- end }}
{{- end }}

{{- /* The kubelet and Prometheus ask the pod's address; a pod with a network of its own has not the node's. */ -}}
{{- define "rtpferry.checkHook" -}}
{{- $hook := default "prerouting" .Values.config.hook }}
{{- $devices := index .Values.config "hook-device" }}
{{- if and (eq $hook "ingress") (not $devices) }}
{{- fail "config.hook is ingress without config.hook-device; expected the devices to sit on" }}
{{- end }}
{{- if and (ne $hook "ingress") $devices }}
{{- fail (printf "config.hook-device is for hook ingress alone, and config.hook is %s; expected only one of them" $hook) }}
{{- end }}
{{- end }}

{{- define "rtpferry.checkHttp" -}}
{{- $v := .Values }}
{{- $reached := false }}
{{- range $v.http.listen }}
{{- if not (or (has . (list "loopback" "::1")) (hasPrefix "127." .)) }}{{ $reached = true }}{{ end }}
{{- end }}
{{- if not $reached }}
{{- fail (printf "http.listen = %s is not reached by the kubelet, whose probes would fail for ever; expected podIP or any among them" (join ", " $v.http.listen)) }}
{{- end }}
{{- if and $v.metrics.podMonitor.enabled $v.metrics.serviceMonitor.enabled }}
{{- fail "metrics.podMonitor.enabled and metrics.serviceMonitor.enabled are both true, which would count every relay twice; expected one of them" }}
{{- end }}
{{- end }}

{{- define "rtpferry.check" -}}
{{- include "rtpferry.checkHttp" . }}
{{- include "rtpferry.checkHook" . }}
{{- include "rtpferry.checkPorts" . }}
{{- include "rtpferry.checkAddresses" . }}
{{- include "rtpferry.checkNetwork" . }}
{{- include "rtpferry.checkWorkload" . }}
{{- include "rtpferry.checkUpdate" . }}
{{- include "rtpferry.checkLabels" . }}
{{- end }}
