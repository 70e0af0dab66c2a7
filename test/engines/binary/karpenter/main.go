// Karpenter's own scheduler, on pods and NodePools that are read as JSON from stdin: on which nodes the pods would be. What is obtained in the
// end is chosen as the provider of AWS does (pkg/providers/instance: reserved, then spot, then on-demand).
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/client-go/tools/record"
	"k8s.io/utils/clock"
	fakecr "sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/cloudprovider/fake"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning/scheduling"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/events"
	"sigs.k8s.io/karpenter/pkg/operator/options"
	requirements "sigs.k8s.io/karpenter/pkg/scheduling"
)

type offering struct {
	Zone         string  `json:"zone"`
	CapacityType string  `json:"capacityType"`
	Price        float64 `json:"price"`
	Available    bool    `json:"available"`
}

type machine struct {
	Name      string            `json:"name"`
	Arch      string            `json:"arch"`
	Capacity  map[string]string `json:"capacity"`
	Offerings []offering        `json:"offerings"`
}

type input struct {
	NodePools []*v1.NodePool `json:"nodePools"`
	Pods      []*corev1.Pod  `json:"pods"`
	Machines  []machine      `json:"machines"`
}

type outcome struct {
	NodePool     string   `json:"nodePool,omitempty"`
	Machines     []string `json:"machines,omitempty"`
	CapacityType string   `json:"capacityType,omitempty"`
	Error        string   `json:"error,omitempty"`
}

func main() {
	var asked input
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fail(err)
	}
	answer, err := solve(options.ToContext(context.Background(), &options.Options{PreferencePolicy: options.PreferencePolicyRespect, MinValuesPolicy: options.MinValuesPolicyStrict}), asked)
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func solve(ctx context.Context, asked input) (map[string]outcome, error) {
	provider := fake.NewCloudProvider()
	provider.InstanceTypes = instanceTypes(asked.Machines)
	byPool := map[string][]*cloudprovider.InstanceType{}
	for _, pool := range asked.NodePools {
		byPool[pool.Name] = provider.InstanceTypes
	}
	client := fakecr.NewClientBuilder().Build()
	now := &clock.RealClock{}
	cluster := state.NewCluster(now, client, provider)
	topology, err := scheduling.NewTopology(ctx, client, cluster, nil, asked.NodePools, byPool, asked.Pods)
	if err != nil {
		return nil, err
	}
	recorder := events.NewRecorder(&record.FakeRecorder{})
	scheduler := scheduling.NewScheduler(ctx, client, asked.NodePools, cluster, nil, topology, byPool, nil, recorder, now, nil, nil)
	results, err := scheduler.Solve(ctx, asked.Pods)
	if err != nil {
		return nil, err
	}
	return outcomes(results), nil
}

func outcomes(results scheduling.Results) map[string]outcome {
	answer := map[string]outcome{}
	for _, claim := range results.NewNodeClaims {
		found := outcome{NodePool: claim.NodePoolName, CapacityType: obtained(claim)}
		for _, each := range claim.InstanceTypeOptions {
			found.Machines = append(found.Machines, each.Name)
		}
		sort.Strings(found.Machines)
		for _, pod := range claim.Pods {
			answer[pod.Name] = found
		}
	}
	for pod, err := range results.PodErrors {
		answer[pod.Name] = outcome{Error: err.Error()}
	}
	return answer
}

func obtained(claim *scheduling.NodeClaim) string {
	for _, kind := range []string{v1.CapacityTypeReserved, v1.CapacityTypeSpot, v1.CapacityTypeOnDemand} {
		if !claim.Requirements.Get(v1.CapacityTypeLabelKey).Has(kind) {
			continue
		}
		for _, each := range claim.InstanceTypeOptions {
			for _, offer := range each.Offerings.Available().Compatible(claim.Requirements) {
				if offer.CapacityType() == kind {
					return kind
				}
			}
		}
	}
	return ""
}

func instanceTypes(machines []machine) []*cloudprovider.InstanceType {
	var all []*cloudprovider.InstanceType
	for _, each := range machines {
		capacity := corev1.ResourceList{}
		for name, quantity := range each.Capacity {
			capacity[corev1.ResourceName(name)] = resource.MustParse(quantity)
		}
		var offerings cloudprovider.Offerings
		zones, kinds := []string{}, []string{}
		for _, offer := range each.Offerings {
			zones, kinds = append(zones, offer.Zone), append(kinds, offer.CapacityType)
			offerings = append(offerings, &cloudprovider.Offering{
				Available: offer.Available, Price: offer.Price, ReservationCapacity: 10,
				Requirements: requirements.NewRequirements(
					in(v1.CapacityTypeLabelKey, offer.CapacityType), in(corev1.LabelTopologyZone, offer.Zone),
				),
			})
		}
		all = append(all, &cloudprovider.InstanceType{
			Name:      each.Name,
			Capacity:  capacity,
			Offerings: offerings,
			Overhead:  &cloudprovider.InstanceTypeOverhead{},
			Requirements: requirements.NewRequirements(
				in(corev1.LabelInstanceTypeStable, each.Name), in(corev1.LabelArchStable, each.Arch), in(corev1.LabelOSStable, "linux"),
				in(corev1.LabelTopologyZone, zones...), in(v1.CapacityTypeLabelKey, kinds...),
			),
		})
	}
	return all
}

func in(key string, values ...string) *requirements.Requirement {
	return requirements.NewRequirement(key, corev1.NodeSelectorOpIn, values...)
}
