{{- /* SPDX-License-Identifier: GPL-2.0-or-later */ -}}
{{- /* Init containers: whatever the operator adds, the address sidecar, the module, the table. */ -}}

{{- /* A container beside the daemon that writes addresses; one that starts before and ends after it. In: root. */ -}}
{{- define "rtpferry.addressSidecar" -}}
{{- $s := .root.Values.network.addressSidecar }}
- name: addresses
  image: {{ $s.image | quote }}
  restartPolicy: Always
  {{- with $s.command }}
  command: {{ toJson . }}
  {{- end }}
  {{- with $s.args }}
  args: {{ toJson . }}
  {{- end }}
  env:
    - name: NODE_NAME
      valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
    - name: HOST_IP
      valueFrom: {fieldRef: {fieldPath: status.hostIP}}
    {{- with $s.env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  securityContext:
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    runAsNonRoot: true
    runAsUser: {{ int .root.Values.securityContext.runAsUser }}
    capabilities: {drop: [ALL]}
  {{- with $s.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  volumeMounts:
    - {name: addresses, mountPath: /run/rtpferry-addresses}
    {{- with $s.volumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{- /* The only container that may change the node: it puts the module into its kernel and ends. In: root. */ -}}
{{- define "rtpferry.moduleLoader" -}}
{{- $i := .root.Values.kernelModule.init }}
- name: kmod-loader
  image: {{ include "rtpferry.image" (dict "root" .root "image" $i.image) | quote }}
  imagePullPolicy: {{ $i.image.pullPolicy }}
  {{- with $i.command }}
  command: {{ toJson . }}
  {{- end }}
  {{- with $i.args }}
  args: {{ toJson . }}
  {{- end }}
  {{- with $i.env }}
  env:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsUser: 0
    {{- if $i.privileged }}
    privileged: true
    {{- else }}
    privileged: false
    allowPrivilegeEscalation: false
    capabilities: {drop: [ALL], add: [SYS_MODULE]}
    {{- end }}
  {{- with $i.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  volumeMounts:
    - {name: modules, mountPath: /lib/modules, readOnly: true}
    {{- if $i.headers }}
    - {name: headers, mountPath: /usr/src, readOnly: true}
    - {name: headers-tools, mountPath: /host/usr/lib, readOnly: true}
    {{- end }}
    {{- with $i.volumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{- /* A table made before the daemon: an orphan under its label, which it adopts. In: root, ordinal. */ -}}
{{- define "rtpferry.tableAlloc" -}}
{{- $v := .root.Values }}
- name: table
  image: {{ include "rtpferry.image" (dict "root" .root "image" $v.image) | quote }}
  imagePullPolicy: {{ $v.image.pullPolicy }}
  command: [rtpferryctl, table, alloc]
  args:
    - --label={{ include "rtpferry.tableLabel" . }}
    - --lease={{ int $v.kernelModule.table.lease }}
    {{- if ne (include "rtpferry.tableId" .) "auto" }}
    - --id={{ include "rtpferry.tableId" . }}
    {{- end }}
    {{- with $v.config.hook }}
    - --hook={{ . }}
    {{- end }}
    {{- range default list (kindIs "string" (index $v.config "hook-device") | ternary (list (index $v.config "hook-device")) (index $v.config "hook-device")) }}
    - --device={{ . }}
    {{- end }}
  env:
    {{- include "rtpferry.identity" .root | trim | nindent 4 }}
  securityContext:
    {{- include "rtpferry.rights" (dict "root" .root "listens" false) | trim | nindent 4 }}
  {{- with $v.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{- /* In: root, ordinal. */ -}}
{{- define "rtpferry.initContainers" -}}
{{- $v := .root.Values }}
{{- with $v.extraInitContainers }}
{{ toYaml . }}
{{- end }}
{{- if $v.network.addressSidecar.enabled }}
{{ include "rtpferry.addressSidecar" . | trim }}
{{- end }}
{{- if eq $v.kernelModule.mode "init" }}
{{ include "rtpferry.moduleLoader" . | trim }}
{{- end }}
{{- if and (ne $v.kernelModule.mode "none") (eq $v.kernelModule.table.bootstrap "init") }}
{{ include "rtpferry.tableAlloc" . | trim }}
{{- end }}
{{- end }}
