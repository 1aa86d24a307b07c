#!/usr/bin/env node
/** Starts the command line from its TypeScript source, so that a checkout needs no build step. */
import { register } from "tsx/esm/api";

register({ tsconfig: false });
await import("../src/cli/main.ts");
