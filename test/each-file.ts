// Before each test file: files that share their modules must not see what others drew.
import { restartDraws } from './secrets/sample.ts';

restartDraws();
