/** A program as a user writes it, for the test that it gives the same bytes anywhere. */
import { App } from 'cdk8s';
import { Preview, Workspace } from '../../../src';
import { gcp, stack } from '../fixtures';

const platform = gcp();
platform.addWorkspace('team-a');
const app = new App();
const team = new Workspace(app, 'team-a', { platform });
stack(team);
console.log(app.synthYaml(), Preview.of(team).toYaml());
