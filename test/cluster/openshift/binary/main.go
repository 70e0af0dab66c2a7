// Command scc asks the admission plugin of OpenShift about pods. It reads a question as JSON from its standard input, and writes an
// answer for each pod: the SecurityContextConstraints that admit it and what they made of it, or why none does.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	securityfake "github.com/openshift/client-go/security/clientset/versioned/fake"
	securityinformers "github.com/openshift/client-go/security/informers/externalversions"

	securityv1 "github.com/openshift/api/security/v1"
	"github.com/openshift/apiserver-library-go/pkg/securitycontextconstraints/sccadmission"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/user"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	"k8s.io/kubernetes/pkg/registry/rbac/validation"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac"
)

// question holds the namespaces with their ranges, the pods, and what an administrator has granted.
type question struct {
	Namespaces          []corev1.Namespace                      `json:"namespaces"`
	Pods                []corev1.Pod                            `json:"pods"`
	Constraints         []securityv1.SecurityContextConstraints `json:"constraints"`
	Roles               []rbacv1.Role                           `json:"roles"`
	RoleBindings        []rbacv1.RoleBinding                    `json:"roleBindings"`
	ClusterRoles        []rbacv1.ClusterRole                    `json:"clusterRoles"`
	ClusterRoleBindings []rbacv1.ClusterRoleBinding             `json:"clusterRoleBindings"`
}

// answer is what became of a pod.
type answer struct {
	Name       string      `json:"name"`
	Constraint string      `json:"constraint,omitempty"`
	Pod        *corev1.Pod `json:"pod,omitempty"`
	Problem    string      `json:"problem,omitempty"`
}

func main() {
	// The generated client of OpenShift answers no streamed lists: https://github.com/kubernetes/kubernetes/issues/135895
	utilruntime.Must(utilfeature.DefaultMutableFeatureGate.Set("WatchListClient=false"))
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	var asked question
	decoder := json.NewDecoder(in)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	plugin, err := started(ctx, asked)
	if err != nil {
		return err
	}
	answers := []answer{}
	for i := range asked.Pods {
		answers = append(answers, judged(ctx, plugin, &asked.Pods[i]))
	}
	return json.NewEncoder(out).Encode(answers)
}

// started has the plugin with the constraints of a new cluster, those of the question, and the rights that it tells of.
func started(ctx context.Context, asked question) (admission.MutationInterface, error) {
	namespaces := []runtime.Object{}
	for i := range asked.Namespaces {
		namespaces = append(namespaces, &asked.Namespaces[i])
	}
	client := securityfake.NewSimpleClientset()
	for _, constraints := range append(standardConstraints(), asked.Constraints...) {
		if _, err := client.SecurityV1().SecurityContextConstraints().Create(ctx, &constraints, metav1.CreateOptions{}); err != nil {
			return nil, err
		}
	}
	kubernetes := informers.NewSharedInformerFactory(fake.NewClientset(namespaces...), 0)
	security := securityinformers.NewSharedInformerFactory(client, 0)
	plugin := sccadmission.NewConstraint()
	plugin.SetExternalKubeInformerFactory(kubernetes)
	plugin.SetSecurityInformers(security.Security().V1().SecurityContextConstraints())
	plugin.SetAuthorizer(authorizerOf(asked))
	kubernetes.Start(ctx.Done())
	security.Start(ctx.Done())
	kubernetes.WaitForCacheSync(ctx.Done())
	security.WaitForCacheSync(ctx.Done())
	return plugin, plugin.ValidateInitialization()
}

// authorizerOf is that of a cluster's API server, over the roles of a new cluster and of the question.
func authorizerOf(asked question) *rbac.RBACAuthorizer {
	roles := pointers(asked.Roles)
	bindings := pointers(asked.RoleBindings)
	clusterRoles := append(pointers(asked.ClusterRoles), standardRoles()...)
	clusterBindings := append(pointers(asked.ClusterRoleBindings), standardBinding())
	_, held := validation.NewTestRuleResolver(roles, bindings, clusterRoles, clusterBindings)
	return rbac.New(held, held, held, held)
}

func pointers[T any](values []T) []*T {
	all := []*T{}
	for i := range values {
		all = append(all, &values[i])
	}
	return all
}

// judged asks as the controller of Jobs does, which has no rights of its own: those of the pod's account decide.
func judged(ctx context.Context, plugin admission.MutationInterface, pod *corev1.Pod) answer {
	if pod.Spec.ServiceAccountName == "" {
		pod.Spec.ServiceAccountName = "default"
	}
	legacyscheme.Scheme.Default(pod)
	internal := &core.Pod{}
	if err := legacyscheme.Scheme.Convert(pod, internal, nil); err != nil {
		return answer{Name: pod.Name, Problem: err.Error()}
	}
	account := serviceaccount.UserInfo("kube-system", "job-controller", "")
	asker := &user.DefaultInfo{Name: account.GetName(), Groups: append(account.GetGroups(), user.AllAuthenticated)}
	attributes := admission.NewAttributesRecord(internal, nil, core.Kind("Pod").WithVersion("v1"), pod.Namespace, pod.Name,
		core.Resource("pods").WithVersion("v1"), "", admission.Create, nil, false, asker)
	if err := plugin.Admit(ctx, attributes, nil); err != nil {
		return answer{Name: pod.Name, Problem: err.Error()}
	}
	admitted := &corev1.Pod{}
	if err := legacyscheme.Scheme.Convert(internal, admitted, nil); err != nil {
		return answer{Name: pod.Name, Problem: err.Error()}
	}
	return answer{Name: pod.Name, Constraint: admitted.Annotations[securityv1.ValidatedSCCAnnotation], Pod: admitted}
}
