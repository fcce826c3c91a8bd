{{- /* SPDX-License-Identifier: GPL-2.0-or-later */ -}}
{{- /* The daemon's container. */ -}}

{{- /* Rights of the daemon and of what allocates its table. In: root, listens (the ports below 1024). */ -}}
{{- define "rtpferry.rights" -}}
{{- $v := .root.Values }}
{{- $low := and .listens (or (lt (int $v.ng.port) 1024) (lt (int $v.http.port) 1024)) }}
{{- $root := or $v.securityContext.privileged $low (ne $v.kernelModule.mode "none") }}
{{- $add := list }}
{{- if ne $v.kernelModule.mode "none" }}{{ $add = $v.securityContext.capabilities }}{{ end }}
{{- if $low }}{{ $add = append $add "NET_BIND_SERVICE" }}{{ end }}
{{- if $v.securityContext.privileged }}
privileged: true
readOnlyRootFilesystem: true
runAsUser: 0
{{- else }}
privileged: false
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
{{- if $root }}
runAsUser: 0
{{- else }}
runAsNonRoot: true
runAsUser: {{ int $v.securityContext.runAsUser }}
runAsGroup: {{ int $v.securityContext.runAsUser }}
{{- end }}
capabilities:
  drop: [ALL]
  {{- with uniq $add }}
  add: {{ toJson . }}
  {{- end }}
{{- end }}
{{- end }}

{{- /* In: root, ordinal. */ -}}
{{- define "rtpferry.probes" -}}
{{- $p := .root.Values.probes }}
{{- $wait := 0 }}
{{- if include "rtpferry.late" .root }}{{ $wait = div (int .root.Values.network.addressWait) (int $p.startup.periodSeconds) }}{{ end }}
startupProbe:
  httpGet: {path: /livez, port: http}
  periodSeconds: {{ int $p.startup.periodSeconds }}
  failureThreshold: {{ add (int $p.startup.failureThreshold) $wait }}
  timeoutSeconds: {{ int $p.startup.timeoutSeconds }}
livenessProbe:
  httpGet: {path: /livez, port: http}
  periodSeconds: {{ int $p.liveness.periodSeconds }}
  failureThreshold: {{ int $p.liveness.failureThreshold }}
  timeoutSeconds: {{ int $p.liveness.timeoutSeconds }}
  terminationGracePeriodSeconds: {{ int $p.liveness.terminationGracePeriodSeconds }}
readinessProbe:
  httpGet: {path: /readyz, port: http}
  periodSeconds: {{ int $p.readiness.periodSeconds }}
  failureThreshold: {{ int $p.readiness.failureThreshold }}
  timeoutSeconds: {{ int $p.readiness.timeoutSeconds }}
{{- end }}

{{- /* In: root. */ -}}
{{- define "rtpferry.mounts" -}}
{{- $v := .root.Values }}
{{- $words := include "rtpferry.words" .root }}
- {name: run, mountPath: /run/rtpferry}
{{- if $v.config }}
- {name: config, mountPath: /etc/rtpferry, readOnly: true}
{{- end }}
{{- if $v.http.token.existingSecret }}
- {name: token, mountPath: /etc/rtpferry-token, readOnly: true}
{{- end }}
{{- if regexMatch "(?m)^node$" $words }}
- {name: nodes, mountPath: /etc/rtpferry-nodes, readOnly: true}
{{- end }}
{{- if contains "annotation:" $words }}
- {name: pod, mountPath: /etc/rtpferry-pod, readOnly: true}
{{- end }}
{{- if $v.network.addressSidecar.enabled }}
- {name: addresses, mountPath: /run/rtpferry-addresses, readOnly: true}
{{- end }}
{{- with $v.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* In: root, ordinal. */ -}}
{{- define "rtpferry.container" -}}
{{- $v := .root.Values }}
- name: rtpferryd
  image: {{ include "rtpferry.image" (dict "root" .root "image" $v.image) | quote }}
  imagePullPolicy: {{ $v.image.pullPolicy }}
  command: [rtpferryd]
  {{- with $v.extraArgs }}
  args: {{ toJson . }}
  {{- end }}
  env:
    {{- include "rtpferry.identity" .root | trim | nindent 4 }}
    {{- include "rtpferry.settings" . | trim | nindent 4 }}
    {{- with $v.extraEnv }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $v.extraEnvFrom }}
  envFrom:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports:
    - {name: ng, protocol: UDP, containerPort: {{ include "rtpferry.ngPort" . }}}
    - {name: http, protocol: TCP, containerPort: {{ include "rtpferry.httpPort" . }}}
  {{- include "rtpferry.probes" . | trim | nindent 2 }}
  lifecycle:
    preStop:
      exec: {command: [rtpferryctl, drain, --wait]}
  securityContext:
    {{- include "rtpferry.rights" (dict "root" .root "listens" true) | trim | nindent 4 }}
  {{- with $v.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  volumeMounts:
    {{- include "rtpferry.mounts" . | trim | nindent 4 }}
{{- end }}
