{{- /* SPDX-License-Identifier: GPL-2.0-or-later */ -}}
{{- /* Environment of the daemon, and of the init container that allocates its table. */ -}}

{{- /* What the pod and the node are called. */ -}}
{{- define "rtpferry.identity" -}}
{{- $fields := dict "POD_NAMESPACE" "metadata.namespace" "POD_NAME" "metadata.name" "POD_UID" "metadata.uid" "NODE_NAME" "spec.nodeName"
  "POD_IP" "status.podIP" "HOST_IP" "status.hostIP" }}
{{- if contains "podIPs" (include "rtpferry.words" .) }}{{ $_ := set $fields "POD_IPS" "status.podIPs" }}{{ end }}
{{- if contains "hostIPs" (include "rtpferry.words" .) }}{{ $_ := set $fields "HOST_IPS" "status.hostIPs" }}{{ end }}
{{- range $name, $path := $fields }}
- name: {{ $name }}
  valueFrom: {fieldRef: {fieldPath: {{ $path }}}}
{{- end }}
{{- end }}

{{- /* Owner label of the kernel table: what survives a roll-out of its network namespace. In: root, ordinal. */ -}}
{{- define "rtpferry.tableLabel" -}}
{{- if .root.Values.kernelModule.table.label }}
{{- .root.Values.kernelModule.table.label }}{{ if .ordinal }}/{{ .ordinal }}{{ end }}
{{- else if eq .root.Values.network.mode "host" }}
{{- printf "$(POD_NAMESPACE)/%s/$(NODE_NAME)" .root.Release.Name }}{{ if .ordinal }}/{{ .ordinal }}{{ end }}
{{- else -}}
$(POD_UID)
{{- end }}
{{- end }}

{{- /* In: root, ordinal. */ -}}
{{- define "rtpferry.tableId" -}}
{{- if eq (toString .root.Values.kernelModule.table.id) "auto" }}auto
{{- else }}{{ add (int .root.Values.kernelModule.table.id) .ordinal }}
{{- end }}
{{- end }}

{{- /* Seconds of a drain: it ends before the kubelet's patience does. */ -}}
{{- define "rtpferry.drainTimeout" -}}
{{- sub (int .Values.drain.gracePeriodSeconds) 15 }}
{{- end }}

{{- /* RTPFERRY_*: what the chart decides. In: root, ordinal. */ -}}
{{- define "rtpferry.settings" -}}
{{- $v := .root.Values }}
{{- $range := include "rtpferry.range" (dict "root" .root "ordinal" .ordinal "range" $v.network.ports) | splitList "-" }}
- {name: RTPFERRY_CONFIG_FILE, value: {{ ternary "/etc/rtpferry/rtpferry.conf" "none" (gt (len $v.config) 0) | quote }}}
- {name: RTPFERRY_INTERFACE, value: {{ include "rtpferry.interface" . | quote }}}
- {name: RTPFERRY_PORT_MIN, value: {{ first $range | quote }}}
- {name: RTPFERRY_PORT_MAX, value: {{ last $range | quote }}}
- {name: RTPFERRY_LISTEN_NG, value: {{ include "rtpferry.listen" (dict "root" .root "listen" $v.ng.listen "port" (include "rtpferry.ngPort" .)) | quote }}}
- {name: RTPFERRY_NG_ALLOW, value: {{ join "," $v.ng.allow | quote }}}
- {name: RTPFERRY_LISTEN_HTTP, value: {{ include "rtpferry.listen" (dict "root" .root "listen" $v.http.listen "port" (include "rtpferry.httpPort" .)) | quote }}}
- {name: RTPFERRY_LISTEN_CTL, value: /run/rtpferry/ctl.sock}
{{- if $v.http.token.existingSecret }}
- {name: RTPFERRY_HTTP_TOKEN_FILE, value: {{ printf "/etc/rtpferry-token/%s" $v.http.token.key | quote }}}
{{- end }}
{{- if include "rtpferry.late" .root }}
- {name: RTPFERRY_ADDRESS_WAIT, value: {{ $v.network.addressWait | int | quote }}}
{{- end }}
- {name: RTPFERRY_DRAIN_TIMEOUT, value: {{ include "rtpferry.drainTimeout" .root | quote }}}
{{- if eq $v.kernelModule.mode "none" }}
- {name: RTPFERRY_DATAPLANE, value: user}
- {name: RTPFERRY_NFT, value: "off"}
{{- else }}
- {name: RTPFERRY_DATAPLANE, value: auto}
- {name: RTPFERRY_NO_FALLBACK, value: {{ ternary "yes" "no" $v.kernelModule.required | quote }}}
- {name: RTPFERRY_TABLE, value: {{ include "rtpferry.tableId" . | quote }}}
- {name: RTPFERRY_TABLE_LABEL, value: {{ include "rtpferry.tableLabel" . | quote }}}
- {name: RTPFERRY_TABLE_LEASE, value: {{ $v.kernelModule.table.lease | int | quote }}}
{{- end }}
{{- end }}
