/** Cloud resources: what is created, changed, replaced and destroyed, and what protects it. */
import type { StackState, TerraformArguments } from '../../state/state';
import { isObject } from '../changes';
import type { Effect, EffectParts, Subject } from '../effect';
import { effectOn, subjectKey } from '../effect';
import { paired } from '../pairs';
import type { Pair } from '../pairs';
import { Plan } from './plan';
import type { CloudResource, Planned } from './plan';
import { HOLDS, isAmong, KEPT, NODES_REPLACED_BY, POOLS, REPLACED_BY } from './replacements';
import { versionProblem } from './versions';

export function stackEffects(from: readonly StackState[], to: readonly StackState[]): Effect[] {
  return paired(from, to, ({ name }) => name).flatMap(effectsOf);
}

function effectsOf({ from, to }: Pair<StackState>): Effect[] {
  const plan = new Plan(from, to);
  const scope = (to ?? from)?.name ?? '';
  return plan.resources.flatMap((resource) => effectsOn(resource, { plan, scope }));
}

interface PlannedSubject {
  readonly planned: Planned;
  readonly subject: Subject;
}

interface PlanContext {
  readonly plan: Plan;
  readonly scope: string;
}

function effectsOn(resource: CloudResource, { plan, scope }: PlanContext): Effect[] {
  const { from, to, type } = resource;
  const planned = plan.of(resource);
  const subject = subjectOf(resource.address, scope);
  const parts = { changes: planned.changes, causes: planned.causes.map((address) => subjectKey(subjectOf(address, scope))) };
  switch (planned.verdict) {
    case 'created': return [effectOn(subject, ['created', 'is created'])];
    case 'destroyed': return from ? [effectOn(subject, ['destroyed', 'is destroyed'], { notes: destroyedNotes(type, from) })] : [];
    case 'replaced': return from && to ? [effectOn(subject, ['replaced', replacedWords(to)], { ...parts, notes: replacedNotes(resource, from, to) })] : [];
    case 'changed': return [changed(resource, { planned, subject }, parts), ...unprotected(resource, subject)];
    default: return unprotected(resource, subject);
  }
}

function changed({ type, from, to }: CloudResource, { planned, subject }: PlannedSubject, parts: EffectParts): Effect {
  const problem = from && to && versionProblem(type, from, to);
  if (problem) return effectOn(subject, ['refused', `is refused: ${problem}`], parts);
  return effectOn(subject, ['changed', changedWords(type)], { ...parts, notes: changedNotes(type, planned) });
}

function subjectOf(address: string, scope: string): Subject {
  const [kind = '', name = ''] = address.split('.');
  return { scope, side: 'cloud', kind, name };
}

function lifecycleOf({ lifecycle }: TerraformArguments): Readonly<Record<string, unknown>> {
  return isObject(lifecycle) ? lifecycle : {};
}

function replacedWords(to: TerraformArguments): string {
  return lifecycleOf(to).create_before_destroy === true ? 'is replaced: the new one comes up first' : 'is replaced: it is destroyed, then made again';
}

/** Why the provider itself refuses to destroy it; `undefined` where it does not. */
function guardOf(from: TerraformArguments): string | undefined {
  const guard = ['deletion_protection', 'deletion_protection_enabled'].find((name) => from[name] === true);
  return guard && `${guard} refuses it: take it away in a deployment before`;
}

function replacedNotes({ type }: CloudResource, from: TerraformArguments, to: TerraformArguments): (string | undefined)[] {
  const prevented = lifecycleOf(to).prevent_destroy === true ? 'lifecycle.prevent_destroy refuses it: the plan fails' : undefined;
  return [prevented ?? guardOf(from) ?? lossOf(type, from), POOLS.includes(type) ? 'its nodes are drained: what runs on them ends, and starts again where there is a node that it fits' : undefined];
}

/** `prevent_destroy` is gone with the block that it is in. https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle */
function destroyedNotes(type: string, from: TerraformArguments): (string | undefined)[] {
  const wasPrevented = lifecycleOf(from).prevent_destroy === true && !guardOf(from)
    ? 'lifecycle.prevent_destroy no longer protects it, since it is gone with the resource' : undefined;
  return [guardOf(from) ?? lossOf(type, from), wasPrevented, POOLS.includes(type) ? 'its nodes are drained' : undefined];
}

function lossOf(type: string, from: TerraformArguments): string | undefined {
  const held = HOLDS[type];
  if (held === undefined) return undefined;
  const forced = ['force_destroy', 'force_delete'].find((name) => name in from);
  return forced !== undefined && from[forced] !== true ? `the cloud refuses it as long as it is not empty (${forced} is not set)` : `${held} go with it`;
}

function changedNotes(type: string, { changes }: Planned): (string | undefined)[] {
  const consequences = [NODES_REPLACED_BY[type], KEPT[type]];
  return consequences.map((one) => (one && changes.some(({ field }) => isAmong(field, one.arguments)) ? one.words : undefined));
}

/** Of types that this library does not write, nothing is known. */
function changedWords(type: string): string {
  return type in REPLACED_BY ? 'is changed in place' : 'is changed: whether in place, the plan of Terraform says';
}

/** Protection that is taken away changes nothing by itself, and makes the next change dangerous. */
function unprotected({ from, to }: CloudResource, subject: Subject): Effect[] {
  if (!from || !to || lifecycleOf(from).prevent_destroy !== true || lifecycleOf(to).prevent_destroy === true) return [];
  return [effectOn(subject, ['changed', 'is no longer protected'], {
    changes: [{ field: 'lifecycle.prevent_destroy', from: true, to: false }], notes: ['a later change can destroy it'],
  })];
}
