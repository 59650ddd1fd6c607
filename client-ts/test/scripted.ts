import { Kritiq, type Job } from "../src/index.js";

export const JOB = { id: "job_1", version: 1, status: "queued", result: null } as unknown as Job;

/** A client whose service answers with `answers`, one after the other; time passes in `slept` alone. */
export function scripted(answers: (() => Response)[], url = "http://kritiq.test/") {
  const [sent, slept] = [[] as Request[], [] as number[]];
  const outside = {
    fetch: async (request: Request) => {
      sent.push(request);
      return (answers.length > 1 ? answers.shift()! : answers[0]!)();
    },
    clock: () => slept.reduce((sum, seconds) => sum + seconds, 0),
    sleep: async (seconds: number) => void slept.push(seconds),
    chance: () => 0,
  };
  return { kritiq: new Kritiq(url, { outside }), sent, slept };
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => () => Response.json(body, { status, headers });
export const problem = (status: number, code: string, headers = {}) => json({ code, detail: "…", status }, status, headers);
export const broken = () => {
  throw new TypeError("fetch failed");
};
/** An answer whose connection breaks behind `body`; before that, `last` happens. */
export const cut = (body: string, type = "application/json", last = () => {}, status = 200) => () => {
  const stream = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(body)),
    pull: (controller) => (last(), controller.error(new TypeError("terminated"))),
  });
  return new Response(stream, { status, headers: { "content-type": type } });
};
export const page = () => new Response("<html>Log in!</html>", { headers: { "content-type": "text/html" } });
export const events = (...jobs: object[]) => () =>
  new Response(jobs.map((job, n) => `id: ${n + 1}\nevent: job\ndata: ${JSON.stringify(job)}\n\n`).join("") + ": beat\n\n");

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
