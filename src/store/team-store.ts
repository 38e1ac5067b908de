// The part of the store's interface that a team's gateways work with.
import type { AskedStore } from './asked-store.ts';
import type { OnceStore } from './once-store.ts';
import type { WitnessStore } from './witness-store.ts';

export interface TeamStore extends WitnessStore, OnceStore, AskedStore {}
