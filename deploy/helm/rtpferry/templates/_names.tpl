{{- /* SPDX-License-Identifier: GPL-2.0-or-later */ -}}
{{- /* Names and labels. */ -}}

{{- define "rtpferry.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- /* First part of every object's name; what follows it has room up to 63 characters. */ -}}
{{- define "rtpferry.fullname" -}}
{{- $name := include "rtpferry.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* Name of the workload of a relay: that of relay 0 has no number. In: root, ordinal. */ -}}
{{- define "rtpferry.relayName" -}}
{{- include "rtpferry.fullname" .root }}{{ if .ordinal }}-{{ .ordinal }}{{ end }}
{{- end }}

{{- define "rtpferry.selector" -}}
app.kubernetes.io/name: {{ include "rtpferry.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* Labels of an object. */ -}}
{{- define "rtpferry.labels" -}}
{{- include "rtpferry.labelsWith" (dict "root" . "more" dict) }}
{{- end }}

{{- /* With labels of its own, which go before commonLabels. In: root, more. */ -}}
{{- define "rtpferry.labelsWith" -}}
{{ include "rtpferry.selector" .root }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with merge (deepCopy .more) .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "rtpferry.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "rtpferry.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- /* Image reference. In: root, image. */ -}}
{{- define "rtpferry.image" -}}
{{- if .image.digest }}
{{- printf "%s@%s" .image.repository .image.digest }}
{{- else }}
{{- printf "%s:%s" .image.repository (default .root.Chart.AppVersion .image.tag) }}
{{- end }}
{{- end }}

{{- /* Which Pod Security level a namespace must admit for the pods. The daemon asks for the least that it can. */ -}}
{{- define "rtpferry.podSecurityLevel" -}}
{{- $v := .Values }}
{{- if or (eq $v.network.mode "host") (ne $v.kernelModule.mode "none") $v.securityContext.privileged (eq $v.securityContext.seccompProfile "Unconfined") -}}
privileged
{{- else if or (lt (int $v.ng.port) 1024) (lt (int $v.http.port) 1024) -}}
baseline
{{- else -}}
restricted
{{- end }}
{{- end }}

{{- /* "yes" when a new pod cannot start beside the old one: they share ports, a device or addresses. */ -}}
{{- define "rtpferry.single" -}}
{{- $plugin := .Values.network.multus.attachment.plugin }}
{{- if or (eq .Values.network.mode "host") (eq (default "" $plugin.type) "host-device") (eq (include "rtpferry.fixed" .) "yes") }}yes{{ end }}
{{- end }}

{{- /* "yes" when the values name the addresses of the second interface: no two pods can have them. */ -}}
{{- define "rtpferry.fixed" -}}
{{- $fixed := eq (default "" (default dict .Values.network.multus.attachment.plugin.ipam).type) "static" }}
{{- range .Values.network.multus.networks }}{{ if or .ips .mac }}{{ $fixed = true }}{{ end }}{{ end }}
{{- if $fixed }}yes{{ end }}
{{- end }}

{{- define "rtpferry.attachment" -}}
{{- default (include "rtpferry.fullname" .) .Values.network.multus.attachment.name }}
{{- end }}

{{- define "rtpferry.moduleName" -}}
{{- default (include "rtpferry.fullname" .) .Values.kernelModule.kmm.moduleName }}
{{- end }}

{{- define "rtpferry.moduleNamespace" -}}
{{- default .Release.Namespace .Values.kernelModule.kmm.moduleNamespace }}
{{- end }}
