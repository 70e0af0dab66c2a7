/** Whatever fails, nothing is lost, nothing doubled, nothing left over, and every status is what a fresh computation gives. */
import { AGAIN } from './again';
import { AWAY } from './away';
import { DEPENDENCIES } from './dependencies';
import { KILL } from './kill';
import { testTogether } from './together';
import { WATCH } from './watch';

testTogether('after a fault', { atATime: 8, groups: [WATCH, KILL, AWAY, AGAIN, DEPENDENCIES] });
