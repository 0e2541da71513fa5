export type LaneCounts = { all: number; due: number; leased: number; failing: number; parked: number };
