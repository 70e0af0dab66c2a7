package main

import (
	securityv1 "github.com/openshift/api/security/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// What a new cluster of OpenShift 4.13 and later has. Facts from https://github.com/openshift/cluster-kube-apiserver-operator,
// bindata/bootkube/scc-manifests, read 2026-11.
var (
	ordinaryVolumes = []securityv1.FSType{
		securityv1.FSTypeConfigMap, securityv1.FSTypeCSI, securityv1.FSTypeDownwardAPI, securityv1.FSTypeEmptyDir,
		securityv1.FSTypeEphemeral, securityv1.FSTypePersistentVolumeClaim, securityv1.FSProjected, securityv1.FSTypeSecret,
	}
	legacyDrops = []corev1.Capability{"KILL", "MKNOD", "SETUID", "SETGID"}
	one         = []string{"runtime/default"}
)

const (
	inRange    = securityv1.RunAsUserStrategyMustRunAsRange
	notRoot    = securityv1.RunAsUserStrategyMustRunAsNonRoot
	anyUser    = securityv1.RunAsUserStrategyRunAsAny
	itsGroup   = securityv1.FSGroupStrategyMustRunAs
	anyGroup   = securityv1.FSGroupStrategyRunAsAny
	anyContext = securityv1.SELinuxStrategyRunAsAny
)

// row is a line of the table.
type row struct {
	name     string
	user     securityv1.RunAsUserStrategyType
	group    securityv1.FSGroupStrategyType
	drops    []corev1.Capability
	adds     []corev1.Capability
	seccomp  []string
	escalate bool
	change   func(*securityv1.SecurityContextConstraints)
}

func standardConstraints() []securityv1.SecurityContextConstraints {
	all, bind := []corev1.Capability{"ALL"}, []corev1.Capability{"NET_BIND_SERVICE"}
	rows := []row{
		{name: "restricted-v2", user: inRange, group: itsGroup, drops: all, adds: bind, seccomp: one},
		{name: "restricted", user: inRange, group: itsGroup, drops: legacyDrops, escalate: true},
		{name: "nonroot-v2", user: notRoot, group: anyGroup, drops: all, adds: bind, seccomp: one},
		{name: "nonroot", user: notRoot, group: anyGroup, drops: legacyDrops, escalate: true},
		{name: "hostnetwork-v2", user: inRange, group: itsGroup, drops: all, adds: bind, seccomp: one, change: hostNetwork},
		{name: "hostnetwork", user: inRange, group: itsGroup, drops: legacyDrops, escalate: true, change: hostNetwork},
		{name: "hostaccess", user: inRange, group: itsGroup, drops: legacyDrops, escalate: true, change: hostAccess},
		{name: "anyuid", user: anyUser, group: anyGroup, drops: []corev1.Capability{"MKNOD"}, escalate: true, change: first},
		{name: "hostmount-anyuid", user: anyUser, group: anyGroup, drops: []corev1.Capability{"MKNOD"}, escalate: true, change: hostMount},
		{name: "privileged", user: anyUser, group: anyGroup, seccomp: []string{"*"}, escalate: true, change: everything},
	}
	constraints := []securityv1.SecurityContextConstraints{}
	for _, each := range rows {
		constraints = append(constraints, constraint(each))
	}
	return constraints
}

func constraint(from row) securityv1.SecurityContextConstraints {
	escalate := from.escalate
	made := securityv1.SecurityContextConstraints{
		ObjectMeta:               metav1.ObjectMeta{Name: from.name},
		AllowPrivilegeEscalation: &escalate,
		AllowedCapabilities:      from.adds,
		RequiredDropCapabilities: from.drops,
		RunAsUser:                securityv1.RunAsUserStrategyOptions{Type: from.user},
		FSGroup:                  securityv1.FSGroupStrategyOptions{Type: from.group},
		SELinuxContext:           securityv1.SELinuxContextStrategyOptions{Type: securityv1.SELinuxStrategyMustRunAs},
		SupplementalGroups:       securityv1.SupplementalGroupsStrategyOptions{Type: securityv1.SupplementalGroupsStrategyRunAsAny},
		SeccompProfiles:          from.seccomp,
		Volumes:                  ordinaryVolumes,
	}
	if from.change != nil {
		from.change(&made)
	}
	return made
}

func hostNetwork(made *securityv1.SecurityContextConstraints) {
	made.AllowHostNetwork, made.AllowHostPorts = true, true
	made.SupplementalGroups.Type = securityv1.SupplementalGroupsStrategyMustRunAs
}

func hostAccess(made *securityv1.SecurityContextConstraints) {
	hostMount(made)
	made.AllowHostIPC, made.AllowHostNetwork, made.AllowHostPID, made.AllowHostPorts = true, true, true, true
}

func hostMount(made *securityv1.SecurityContextConstraints) {
	made.AllowHostDirVolumePlugin = true
	made.Volumes = append([]securityv1.FSType{securityv1.FSTypeHostPath}, ordinaryVolumes...)
}

func first(made *securityv1.SecurityContextConstraints) {
	priority := int32(10)
	made.Priority = &priority
	made.Groups = []string{"system:cluster-admins"}
}

func everything(made *securityv1.SecurityContextConstraints) {
	hostAccess(made)
	made.AllowPrivilegedContainer = true
	made.AllowedCapabilities = []corev1.Capability{"*"}
	made.SELinuxContext.Type = anyContext
	made.Volumes = []securityv1.FSType{securityv1.FSTypeAll}
	made.Groups = []string{"system:cluster-admins", "system:nodes", "system:masters"}
}

// standardRoles are those that let their holder use a constraint each.
func standardRoles() []*rbacv1.ClusterRole {
	roles := []*rbacv1.ClusterRole{}
	for _, each := range standardConstraints() {
		roles = append(roles, &rbacv1.ClusterRole{
			ObjectMeta: metav1.ObjectMeta{Name: "system:openshift:scc:" + each.Name},
			Rules: []rbacv1.PolicyRule{{
				APIGroups: []string{"security.openshift.io"}, Resources: []string{"securitycontextconstraints"},
				ResourceNames: []string{each.Name}, Verbs: []string{"use"},
			}},
		})
	}
	return roles
}

// standardBinding is what everybody may use.
func standardBinding() *rbacv1.ClusterRoleBinding {
	return &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "system:openshift:scc:restricted-v2"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "system:openshift:scc:restricted-v2"},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "Group", Name: "system:authenticated"}},
	}
}
