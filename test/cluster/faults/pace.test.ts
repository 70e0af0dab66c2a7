/** What is measured in seconds or in requests: apart from the other faults, which would slow it down. */
import { LOAD } from './load';
import { REPLICAS } from './replicas';
import { testTogether } from './together';

testTogether('under pressure', { atATime: 4, groups: [REPLICAS, LOAD] });
