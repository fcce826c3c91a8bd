{{- /* SPDX-License-Identifier: GPL-2.0-or-later */ -}}
{{- /* The chart's words for addresses, as rtpferryd reads them. */ -}}

{{- /* The interfaces, or the one of the mode when none is given, as JSON below "items". */ -}}
{{- define "rtpferry.interfaces" -}}
{{- $device := default "net1" (first (include "rtpferry.networks" . | fromJson).items).interface }}
{{- $default := list (dict "name" "default" "address" (ternary "hostIP" (printf "device:%s" $device) (eq .Values.network.mode "host"))) }}
{{- dict "items" (default $default .Values.network.interfaces) | toJson }}
{{- end }}

{{- /* File of an annotation in the downward API volume. */ -}}
{{- define "rtpferry.annotationFile" -}}
{{- . | replace "/" "_" }}
{{- end }}

{{- /* One word. In: word, interface, what (address or advertised). */ -}}
{{- define "rtpferry.source" -}}
{{- $plain := dict "hostIP" "env:HOST_IP" "hostIPs" "env:HOST_IPS" "podIP" "env:POD_IP" "podIPs" "env:POD_IPS" }}
{{- if hasKey $plain .word }}
{{- get $plain .word }}
{{- else if eq .word "node" }}
{{- printf "file:/etc/rtpferry-nodes/$(NODE_NAME).%s.%s" .interface .what }}
{{- else if hasPrefix "annotation:" .word }}
{{- printf "file:/etc/rtpferry-pod/%s" (include "rtpferry.annotationFile" (trimPrefix "annotation:" .word)) }}
{{- else if hasPrefix "sidecar:" .word }}
{{- printf "file:/run/rtpferry-addresses/%s" (trimPrefix "sidecar:" .word) }}
{{- else }}
{{- trimPrefix "device:" .word }}
{{- end }}
{{- end }}

{{- /* Value of RTPFERRY_INTERFACE. In: root, ordinal. */ -}}
{{- define "rtpferry.interface" -}}
{{- $specs := list }}
{{- range (include "rtpferry.interfaces" .root | fromJson).items }}
{{- $spec := printf "%s/%s" .name (include "rtpferry.source" (dict "word" .address "interface" .name "what" "address")) }}
{{- if .advertised }}
{{- $spec = printf "%s!%s" $spec (include "rtpferry.source" (dict "word" .advertised "interface" .name "what" "advertised")) }}
{{- end }}
{{- if .ports }}
{{- $spec = printf "%s@%s" $spec (include "rtpferry.range" (dict "root" $.root "ordinal" $.ordinal "range" .ports)) }}
{{- end }}
{{- $specs = append $specs $spec }}
{{- end }}
{{- join "," $specs }}
{{- end }}

{{- /* All words that are used, a line each. */ -}}
{{- define "rtpferry.words" -}}
{{- range (include "rtpferry.interfaces" . | fromJson).items }}
{{ .address }}
{{ default "" .advertised }}
{{- end }}
{{- end }}

{{- /* "yes" when an address may come late: from a file, or of a device. */ -}}
{{- define "rtpferry.late" -}}
{{- if regexMatch "(?m)^(node|annotation:.*|sidecar:.*|file:.*|device:.*)$" (include "rtpferry.words" .) }}yes{{ end }}
{{- end }}

{{- /* Listeners. In: root, listen, port. */ -}}
{{- define "rtpferry.listen" -}}
{{- $six := eq .root.Values.network.ipFamily "IPv6" }}
{{- $names := dict "podIP" "$(POD_IP)" "hostIP" "$(HOST_IP)" "loopback" (ternary "::1" "127.0.0.1" $six) }}
{{- $port := .port }}
{{- $out := list }}
{{- range .listen }}
{{- $address := default . (get $names .) }}
{{- if eq . "any" }}
{{- $out = append $out (toString $port) }}
{{- else if or (contains ":" $address) (and $six (hasPrefix "$" $address)) }}
{{- $out = append $out (printf "[%s]:%s" $address $port) }}
{{- else }}
{{- $out = append $out (printf "%s:%s" $address $port) }}
{{- end }}
{{- end }}
{{- join "," $out }}
{{- end }}
