{{- /* SPDX-License-Identifier: GPL-2.0-or-later */ -}}
{{- /* The pod of one relay. */ -}}

{{- /* In: root. */ -}}
{{- define "rtpferry.volumes" -}}
{{- $v := .root.Values }}
{{- $full := include "rtpferry.fullname" .root }}
{{- $words := include "rtpferry.words" .root }}
- name: run
  emptyDir: {medium: Memory, sizeLimit: 16Mi}
{{- if $v.config }}
- name: config
  configMap: {name: {{ $full }}}
{{- end }}
{{- if $v.http.token.existingSecret }}
- name: token
  secret:
    secretName: {{ $v.http.token.existingSecret | quote }}
    items: [{key: {{ $v.http.token.key | quote }}, path: {{ $v.http.token.key | quote }}}]
{{- end }}
{{- if regexMatch "(?m)^node$" $words }}
- name: nodes
  configMap: {name: {{ $full }}-nodes}
{{- end }}
{{- if contains "annotation:" $words }}
- name: pod
  downwardAPI:
    items:
      {{- range regexFindAll "(?m)^annotation:.*$" $words -1 | uniq }}
      {{- $key := trimPrefix "annotation:" . }}
      - path: {{ include "rtpferry.annotationFile" $key | quote }}
        fieldRef: {fieldPath: {{ printf "metadata.annotations['%s']" $key | quote }}}
      {{- end }}
{{- end }}
{{- if $v.network.addressSidecar.enabled }}
- name: addresses
  emptyDir: {medium: Memory, sizeLimit: 1Mi}
{{- end }}
{{- if eq $v.kernelModule.mode "init" }}
- name: modules
  hostPath: {path: /lib/modules, type: Directory}
{{- if $v.kernelModule.init.headers }}
- name: headers
  hostPath: {path: /usr/src, type: Directory}
- name: headers-tools
  hostPath: {path: /usr/lib, type: Directory}
{{- end }}
{{- end }}
{{- with $v.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* In: root. */ -}}
{{- define "rtpferry.podSecurity" -}}
{{- $v := .root.Values }}
{{- $base := dict "seccompProfile" (dict "type" $v.securityContext.seccompProfile) }}
{{- if eq $v.securityContext.seccompProfile "Localhost" }}
{{- $_ := set $base.seccompProfile "localhostProfile" $v.securityContext.seccompLocalhostProfile }}
{{- end }}
{{- if eq $v.kernelModule.mode "none" }}
{{- $_ := set $base "fsGroup" (int $v.securityContext.runAsUser) }}
{{- end }}
{{- mustMergeOverwrite $base (deepCopy $v.podSecurityContext) | toYaml }}
{{- end }}

{{- /* In: root, ordinal. */ -}}
{{- define "rtpferry.podAnnotations" -}}
{{- $v := .root.Values }}
{{- $out := deepCopy $v.podAnnotations }}
{{- if and $v.config $v.restartOnConfigChange }}
{{- $_ := set $out "checksum/config" (include "rtpferry.configFile" .root | sha256sum) }}
{{- end }}
{{- if eq $v.network.mode "multus" }}
{{- $_ := set $out "k8s.v1.cni.cncf.io/networks" (toJson (include "rtpferry.networks" .root | fromJson).items) }}
{{- end }}
{{- with $out }}{{ toYaml . }}{{ end }}
{{- end }}

{{- /* In: root. */ -}}
{{- define "rtpferry.nodeSelector" -}}
{{- $out := deepCopy .root.Values.nodeSelector }}
{{- if eq .root.Values.kernelModule.mode "kmm" }}
{{- $label := printf "kmm.node.kubernetes.io/%s.%s.ready" (include "rtpferry.moduleNamespace" .root) (include "rtpferry.moduleName" .root) }}
{{- $_ := set $out $label "" }}
{{- end }}
{{- with $out }}{{ toYaml . }}{{ end }}
{{- end }}

{{- /* In: root, ordinal. */ -}}
{{- define "rtpferry.relaySelector" -}}
{{ include "rtpferry.selector" .root }}
app.kubernetes.io/component: relay
rtpferry/relay: {{ .ordinal | quote }}
{{- end }}

{{- /* A constraint without a selector counts no pods and spreads none: this relay's are meant. In: root, ordinal. */ -}}
{{- define "rtpferry.spread" -}}
{{- $own := dict "labelSelector" (dict "matchLabels" (include "rtpferry.relaySelector" . | fromYaml)) }}
{{- range .root.Values.topologySpreadConstraints }}
{{ list (hasKey . "labelSelector" | ternary . (merge (deepCopy .) $own)) | toYaml }}
{{- end }}
{{- end }}

{{- /* In: root, ordinal. */ -}}
{{- define "rtpferry.pod" -}}
{{- $v := .root.Values }}
metadata:
  {{- /* Without versions: a chart that changes nothing for the pods does not replace them, which would drain them. */}}
  labels:
    {{- include "rtpferry.relaySelector" . | trim | nindent 4 }}
    {{- with merge (deepCopy $v.podLabels) $v.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with include "rtpferry.podAnnotations" . }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "rtpferry.serviceAccount" .root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- if eq $v.network.mode "host" }}
  hostNetwork: true
  dnsPolicy: ClusterFirstWithHostNet
  {{- end }}
  terminationGracePeriodSeconds: {{ int $v.drain.gracePeriodSeconds }}
  securityContext:
    {{- include "rtpferry.podSecurity" . | trim | nindent 4 }}
  {{- with $v.imagePullSecrets }}
  imagePullSecrets: {{ toJson . }}
  {{- end }}
  {{- with $v.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  {{- with $v.runtimeClassName }}
  runtimeClassName: {{ . | quote }}
  {{- end }}
  {{- with include "rtpferry.nodeSelector" . }}
  nodeSelector:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with $v.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $v.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $v.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- include "rtpferry.spread" $ | trim | nindent 4 }}
  {{- end }}
  {{- with include "rtpferry.initContainers" . | trim }}
  initContainers:
    {{- . | nindent 4 }}
  {{- end }}
  containers:
    {{- include "rtpferry.container" . | trim | nindent 4 }}
    {{- with $v.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    {{- include "rtpferry.volumes" . | trim | nindent 4 }}
{{- end }}
