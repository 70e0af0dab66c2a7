// Command crds checks CustomResourceDefinitions with the code that the API server runs: the definitions themselves, with the
// estimated cost of their rules, and then objects and updates that they must accept or refuse.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	crdvalidation "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/common"
	kjson "sigs.k8s.io/json"
)

// cases is the format of cases.json, which the unit tests read too.
type cases struct {
	// Accepted are whole objects: valid, and without a field that the schema does not know.
	Accepted []struct {
		Name   string
		Object json.RawMessage
	}
	// Refused are whole objects, and the fields that make them invalid.
	Refused []struct {
		Name   string
		Object json.RawMessage
		Fields []string
	}
	// Ruled are whole objects that fit the schema, and the fields whose rules refuse them. The unit tests know no rules.
	Ruled []struct {
		Name   string
		Object json.RawMessage
		Fields []string
	}
	// Specs are what updates start from.
	Specs map[string]json.RawMessage
	// Updates are merge patches (RFC 7386) of a spec, and the fields whose rules refuse them; none if the update is allowed.
	Updates []struct {
		Name, Kind, Spec string
		Patch            json.RawMessage
		Locked           []string
	}
}

// definition is what the API server makes of one CustomResourceDefinition.
type definition struct {
	structural *schema.Structural
	schema     validation.SchemaValidator
	rules      *cel.Validator
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go run . <crds.json> <cases.json>")
		os.Exit(2)
	}
	failures, err := run(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, failure := range failures {
		fmt.Fprintln(os.Stderr, failure)
	}
	if len(failures) > 0 {
		os.Exit(1)
	}
}

func run(crdsPath, casesPath string) ([]string, error) {
	definitions, err := readDefinitions(crdsPath)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(casesPath)
	if err != nil {
		return nil, err
	}
	var all cases
	if err := json.Unmarshal(bytes.ReplaceAll(text, []byte("LONG"), bytes.Repeat([]byte("x"), 20_000)), &all); err != nil {
		return nil, err
	}
	failures := slices.Concat(createFailures(definitions, all), updateFailures(definitions, all))
	fmt.Printf("%d definitions, %d objects, %d updates: %d failures\n",
		len(definitions), len(all.Accepted)+len(all.Refused)+len(all.Ruled), len(all.Updates), len(failures))
	return failures, nil
}

func readDefinitions(path string) (map[string]definition, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var crds []v1.CustomResourceDefinition
	strict, err := kjson.UnmarshalStrict(text, &crds)
	if err != nil || len(strict) > 0 {
		return nil, fmt.Errorf("%s: %v %v", path, err, strict)
	}
	scheme := runtime.NewScheme()
	install.Install(scheme)
	definitions := map[string]definition{}
	for _, crd := range crds {
		if definitions[crd.Spec.Names.Kind], err = define(scheme, &crd); err != nil {
			return nil, fmt.Errorf("%s: %w", crd.Name, err)
		}
	}
	return definitions, nil
}

func define(scheme *runtime.Scheme, crd *v1.CustomResourceDefinition) (definition, error) {
	var none definition
	scheme.Default(crd)
	var internal apiextensions.CustomResourceDefinition
	if err := scheme.Convert(crd, &internal, nil); err != nil {
		return none, err
	}
	internal.Status.StoredVersions = []string{"v1"}
	if errs := crdvalidation.ValidateCustomResourceDefinition(context.Background(), &internal); len(errs) > 0 {
		return none, errs.ToAggregate()
	}
	var props apiextensions.JSONSchemaProps
	if err := scheme.Convert(crd.Spec.Versions[0].Schema.OpenAPIV3Schema, &props, nil); err != nil {
		return none, err
	}
	structural, err := schema.NewStructural(&props)
	if err != nil {
		return none, err
	}
	validator, _, err := validation.NewSchemaValidator(&props)
	if err != nil {
		return none, err
	}
	return definition{structural, validator, cel.NewValidator(structural, true, celconfig.PerCallLimit)}, nil
}

func createFailures(definitions map[string]definition, all cases) (failures []string) {
	for _, c := range all.Accepted {
		if problems, unknown := definitions[kindOf(c.Object)].check(c.Object, nil); len(problems)+len(unknown) > 0 {
			failures = append(failures, fmt.Sprintf("%s: refused: %v, unknown: %v", c.Name, problems, unknown))
		}
	}
	for _, c := range slices.Concat(all.Refused, all.Ruled) {
		problems, _ := definitions[kindOf(c.Object)].check(c.Object, nil)
		if fields := fieldsOf(problems); !slices.Equal(fields, slices.Sorted(slices.Values(c.Fields))) {
			failures = append(failures, fmt.Sprintf("%s: refused for %v, not %v: %v", c.Name, fields, c.Fields, problems))
		}
	}
	return failures
}

func updateFailures(definitions map[string]definition, all cases) (failures []string) {
	for _, c := range all.Updates {
		spec, err := jsonpatch.MergePatch(all.Specs[c.Spec], c.Patch)
		if err != nil {
			failures = append(failures, fmt.Sprintf("%s: %v", c.Name, err))
			continue
		}
		problems, unknown := definitions[c.Kind].check(objectOf(spec), objectOf(all.Specs[c.Spec]))
		if !saysOnly(problems, c.Locked) || len(unknown) > 0 {
			failures = append(failures, fmt.Sprintf("%s: locked should be %v: %v, unknown: %v", c.Name, c.Locked, problems, unknown))
		}
	}
	return failures
}

// check takes the steps of the API server: drop what is unknown, set defaults, validate the schema, then the rules. In an update
// neither is applied to what has not changed, as from Kubernetes 1.30 on.
func (d definition) check(text, oldText json.RawMessage) (problems field.ErrorList, unknown []string) {
	object, unknown := d.decode(text)
	if oldText == nil {
		problems = validation.ValidateCustomResource(nil, object, d.schema)
		problems = append(problems, listtype.ValidateListSetsAndMaps(nil, d.structural, object)...)
		if len(problems) == 0 {
			problems, _ = d.rules.Validate(context.Background(), nil, d.structural, object, nil, celconfig.RuntimeCELCostBudget)
		}
		return problems, unknown
	}
	old, _ := d.decode(oldText)
	correlated := common.NewCorrelatedObject(object, old, &model.Structural{Structural: d.structural})
	problems = validation.ValidateCustomResourceUpdate(nil, object, old, d.schema, validation.WithRatcheting(correlated))
	problems = append(problems, listtype.ValidateListSetsAndMaps(nil, d.structural, object)...)
	if len(problems) == 0 {
		problems, _ = d.rules.Validate(context.Background(), nil, d.structural, object, old, celconfig.RuntimeCELCostBudget, cel.WithRatcheting(correlated))
	}
	return problems, unknown
}

func (d definition) decode(text json.RawMessage) (map[string]interface{}, []string) {
	var object map[string]interface{}
	if err := utiljson.Unmarshal(text, &object); err != nil {
		panic(err)
	}
	unknown := pruning.PruneWithOptions(object, d.structural, true, schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	defaulting.PruneNonNullableNullsWithoutDefaults(object, d.structural)
	defaulting.Default(object, d.structural)
	return object, unknown
}

func kindOf(object json.RawMessage) string {
	var typed struct{ Kind string }
	if err := json.Unmarshal(object, &typed); err != nil {
		panic(err)
	}
	return typed.Kind
}

func objectOf(spec json.RawMessage) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"metadata": {"name": "a"}, "spec": %s}`, spec))
}

var brackets = regexp.MustCompile(`\[([^\]]*)\]`)

// fieldsOf gives the fields at fault, with a dot before each part.
func fieldsOf(problems field.ErrorList) []string {
	fields := []string{}
	for _, problem := range problems {
		fields = append(fields, brackets.ReplaceAllString(problem.Field, ".$1"))
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}

// saysOnly tells whether there is one problem for each locked field, whose message begins with the field.
func saysOnly(problems field.ErrorList, locked []string) bool {
	if len(problems) != len(locked) {
		return false
	}
	for i, problem := range problems {
		if !strings.HasPrefix(problem.Detail, locked[i]+" ") || !strings.Contains(problem.Detail, "with another name") {
			return false
		}
	}
	return true
}
