import { cpus, totalmem } from 'node:os';

/** What numbers were measured on. */
export const machine: string = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.versions.node}`;
