/** A program as a user writes it: prints what Terraform is given, and which providers it loaded. Usage: cloud-program.ts <cloud> */
import { CLOUD_NAMES, synthesized, wholeCluster } from './clouds';

const cloud = CLOUD_NAMES.find((name) => name === process.argv[2]) ?? 'gcp';
const owner = wholeCluster(cloud);
owner.addWorkspace('team-a');
const stack = synthesized(owner);
const files = Object.keys(require.cache).map((file) => /@cdktf\/provider-[a-z]+/.exec(file)?.[0]).filter((name) => name !== undefined);
console.log(JSON.stringify({ stack, providers: [...new Set(files)] }));
