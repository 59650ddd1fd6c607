// One thing that the API tells of as it changes: fetched once, then by server-sent events until it has ended.
import { useEffect, useState } from "./vendor/hooks.js";
import { events, get } from "./api.js";
import { useResource } from "./resource.js";

/** As `useResource`, of what is at `path`; each `name` of its events is it as it is by then. */
export function useFollowed(path, name) {
  const resource = useResource((signal) => get(path, {}, signal), [path]);
  const [live, setLive] = useState(null);
  const { data: found, reload } = resource;
  useEffect(() => {
    if (!found || found.finished_at) return undefined;
    const stop = new AbortController();
    const tell = (told, value) => told === name && setLive(value);
    // However the stream ends, whether anything follows is asked anew: it may have ended because Redis went away.
    events(`${path}/events`, tell, stop.signal).catch(() => {}).then(() => stop.signal.aborted || reload());
    return () => stop.abort();
  }, [found]);
  const data = found && live?.id === found.id && live.version >= found.version ? live : found;
  return { ...resource, data };
}
