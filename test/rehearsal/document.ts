/** docs/rehearsal.md: what a rehearsal is, and the transcript of one. Pure. */
import { DROPPED } from './dropped.ts';
import { LEFT_OUT } from './left-out.ts';
import { rendered, type Transcript } from './transcript.ts';

/** The document of a rehearsal. */
export function document(transcript: Transcript): string {
  return `${HEAD}\n\n${rendered(transcript)}\n`;
}

const HEAD = `# The deploy, rehearsed`;
