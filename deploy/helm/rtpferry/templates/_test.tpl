{{- /* SPDX-License-Identifier: GPL-2.0-or-later */ -}}
{{- /* Where the call of "helm test" has its ends: on the network that the relays' first interface is on. */ -}}

{{- /* Networks of the relays, as JSON below "items". */ -}}
{{- define "rtpferry.networks" -}}
{{- dict "items" (default (list (dict "name" (include "rtpferry.attachment" .))) .Values.network.multus.networks) | toJson }}
{{- end }}

{{- /* The same for the pod of "helm test", as JSON: without the addresses that are the relays'. */ -}}
{{- define "rtpferry.testNetworks" -}}
{{- $out := list }}
{{- range (include "rtpferry.networks" . | fromJson).items }}
{{- $out = append $out (omit . "ips" "mac") }}
{{- end }}
{{- toJson $out }}
{{- end }}

{{- /* "yes" when the attachment has a device or an address for one pod only, which is the relay. In: the chart. */ -}}
{{- define "rtpferry.testHasNoNetwork" -}}
{{- $plugin := .Values.network.multus.attachment.plugin }}
{{- if and (not .Values.network.multus.networks) (or (eq (default "" $plugin.type) "host-device") (eq (default "" (default dict $plugin.ipam).type) "static")) }}yes{{ end }}
{{- end }}

{{- /* Options of rtpferryctl call, as JSON below "options": the device, unless the way to the ng port is that of media. No "options": there is
no way to media for a second pod, and no call. */ -}}
{{- define "rtpferry.testEnds" -}}
{{- $word := (first (include "rtpferry.interfaces" . | fromJson).items).address }}
{{- $options := list }}
{{- if and (eq .Values.network.mode "multus") (not (has $word (list "podIP" "podIPs"))) }}
{{- $device := default "net1" (first (include "rtpferry.networks" . | fromJson).items).interface }}
{{- $options = list (printf "--device=%s" (ternary (trimPrefix "device:" $word) $device (hasPrefix "device:" $word))) }}
{{- end }}
{{- if or (not $options) (not (include "rtpferry.testHasNoNetwork" .)) }}{{ dict "options" $options | toJson }}{{ else }}{}{{ end }}
{{- end }}

{{- /* Labels of that pod, as JSON, for the network policy. */ -}}
{{- define "rtpferry.testSelector" -}}
{{- merge (dict "app.kubernetes.io/component" "test") (include "rtpferry.selector" . | fromYaml) | toJson }}
{{- end }}
