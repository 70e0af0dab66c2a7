/** What a person does with the reconciler itself: starts and stops it, gives it rights, switches to it and back. */
import { builds } from './scenes/builds';
import { policies } from './scenes/policies';
import { restart } from './scenes/restart';
import { rights } from './scenes/rights';
import { sources } from './scenes/sources';
import { switching } from './scenes/switching';
import { volumes } from './scenes/volumes';
import { describeOnStage } from './stage';

describeOnStage('reconcilers', (stage) => {
  describe('builds', () => builds(stage));
  describe('restart', () => restart(stage));
  describe('rights', () => rights(stage));
  describe('switching', () => switching(stage));
  describe('policies', () => policies(stage));
  describe('volumes of a workspace', () => volumes(stage));
  describe('models that are there already', () => sources(stage));
}, { isEmpty: true });
