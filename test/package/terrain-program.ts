/** Writes the stacks of everyOption: terrain-program.js <output directory> <cloud>... */
import { App } from 'cdktf';
import { everyOption } from '../terraform/every-option';
import type { OptionsCloud } from '../terraform/every-option';

const [outdir = '', ...clouds] = process.argv.slice(2);
const app = new App({ outdir });
everyOption(app, clouds as OptionsCloud[]);
app.synth();
