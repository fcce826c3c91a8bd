{{- /* SPDX-License-Identifier: GPL-2.0-or-later */ -}}
{{- /* Ports of one relay among several. */ -}}

{{- /* What is added to ng port, HTTP port and table id: relays of one node share its network in host mode only. In: root, ordinal. */ -}}
{{- define "rtpferry.step" -}}
{{- if eq .root.Values.network.mode "host" }}{{ .ordinal }}{{ else }}0{{ end }}
{{- end }}

{{- define "rtpferry.ngPort" -}}
{{- add .root.Values.ng.port (include "rtpferry.step" . | int) }}
{{- end }}

{{- define "rtpferry.httpPort" -}}
{{- add .root.Values.http.port (include "rtpferry.step" . | int) }}
{{- end }}

{{- /* The ranges of media ports that interfaces have, each once, as JSON below "items": min, max, names. */ -}}
{{- define "rtpferry.mediaRanges" -}}
{{- $items := list }}
{{- range $interface := (include "rtpferry.interfaces" . | fromJson).items }}
{{- $range := default $.Values.network.ports .ports }}
{{- $known := false }}
{{- range $items }}
{{- if and (eq (int .min) (int $range.min)) (eq (int .max) (int $range.max)) }}
{{- $known = true }}
{{- $_ := set . "names" (append .names $interface.name | uniq) }}
{{- end }}
{{- end }}
{{- if not $known }}{{ $items = append $items (dict "min" $range.min "max" $range.max "names" (list .name)) }}{{ end }}
{{- end }}
{{- dict "items" $items | toJson }}
{{- end }}

{{- /* A relay's share of a range, "MIN-MAX": equal, even at its start, the ports of a pair together. In: root, ordinal, range. */ -}}
{{- define "rtpferry.range" -}}
{{- $n := 1 }}
{{- if eq .root.Values.network.mode "host" }}{{ $n = int .root.Values.workload.relaysPerNode }}{{ end }}
{{- $min := int .range.min }}
{{- if eq $n 1 }}
{{- printf "%d-%d" $min (int .range.max) }}
{{- else }}
{{- $size := mul 2 (div (sub (add1 (int .range.max)) $min) (mul 2 $n)) }}
{{- $first := add $min (mul $size .ordinal) }}
{{- printf "%d-%d" $first (sub (add $first $size) 1) }}
{{- end }}
{{- end }}
