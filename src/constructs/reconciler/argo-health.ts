/** How Argo CD learns whether a resource is well: without a script it calls what it does not know healthy. */
import { API_GROUP, KINDS } from '../../api/resource';

/** As kstatus reads the conditions; what is suspended is neither well nor ill. */
export const HEALTH_SCRIPT = `local function health(status, message)
  return { status = status, message = message }
end

if obj.metadata.deletionTimestamp ~= nil then
  return health("Progressing", "is being deleted")
end
if obj.status == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return health("Progressing", "waits for the reconciler")
end

local conditions = {}
for _, condition in ipairs(obj.status.conditions or {}) do
  conditions[condition.type] = condition
end
local ready = conditions.Ready
local stalled = conditions.Stalled

if stalled ~= nil and stalled.status == "True" then
  return health("Degraded", stalled.message)
end
if obj.spec.suspend == true or (ready ~= nil and ready.reason == "Suspended") then
  return health("Suspended", "is suspended")
end
if ready ~= nil and ready.status == "True" then
  return health("Healthy", ready.message)
end
return health("Progressing", ready ~= nil and ready.message or "waits for the reconciler")
`;

/** The entries of the ConfigMap `argocd-cm`, or of `configs.cm` of Argo CD's Helm chart: one a kind. */
export function healthEntries(): Record<string, string> {
  return Object.fromEntries(KINDS.map((kind) => [`resource.customizations.health.${API_GROUP}_${kind}`, HEALTH_SCRIPT]));
}
