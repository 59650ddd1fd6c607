-- uses: job_purge, feedback
-- A batch is called off or taken away at once, as far as anybody can see. What that comes to for its chunks and webhooks is
-- done in slices, since a batch may have so many that one call would keep everybody else waiting: by whoever asked for it, and
-- by the reconciler if that one goes away. The batch's record notes how far it is: `rest`, the next chunk of `rest_of`.

-- How many webhooks are looked at in the time of a chunk.
local TOLD_IN_A_CHUNK = 20

local function begin_rest(tenant, id, chunks, now)
  redis.call('HSET', key.batch(tenant, id), 'rest', 0, 'rest_of', chunks)
  redis.call('ZADD', key.expiring, int(now), join_task(tenant, id))
end

-- Calls a chunk off: at once while it waits, by request while an attempt holds it.
local function call_off(tenant, chunk, now)
  local status = redis.call('HGET', key.job(tenant, chunk), 'status')
  if status == 'queued' or status == 'scheduled' then
    finish_waiting(tenant, chunk, 'canceled', now, 'The batch was canceled.')
  elseif status == 'running' then
    redis.call('HSET', key.job(tenant, chunk), 'cancel_requested', '1')
  end
end

-- Forgets some of the webhooks about a batch, oldest first. Returns whether that were all.
local function forget_some_told(tenant, id, most, now)
  local record = key.batch(tenant, id)
  local some, rest = some_about(tenant, id, redis.call('HGET', record, 'rest_told') or '-inf', most)
  forget_told(tenant, some, now)
  if rest then redis.call('HSET', record, 'rest_told', rest) end
  return not rest
end

-- Does what follows for the next chunks of a batch, `most` at most. Returns how many are left, and for how many it was done.
local function go_on(tenant, id, most, now)
  local record = key.batch(tenant, id)
  local batch = get(record, 'gone', 'rest', 'rest_of', 'told')
  if not batch.rest then
    redis.call('ZREM', key.expiring, join_task(tenant, id))
    return 0, 0
  end
  local chunks, first = tonumber(batch.rest_of), tonumber(batch.rest)
  if batch.gone and not batch.told then
    -- What people said of lines goes with them, too.
    local more = forget_lines(tenant, id, most * TOLD_IN_A_CHUNK)
    if not forget_some_told(tenant, id, most * TOLD_IN_A_CHUNK, now) or more then return chunks - first, most end
    redis.call('HSET', record, 'told', 1)
  end
  local last = math.min(chunks, first + most)
  for n = first, last - 1 do
    if batch.gone then purge(tenant, id .. '.' .. n) else call_off(tenant, id .. '.' .. n, now) end
  end
  if last < chunks then
    redis.call('HSET', record, 'rest', last)
  else
    redis.call('ZREM', key.expiring, join_task(tenant, id))
    if batch.gone then bury_batch(tenant, id) else redis.call('HDEL', record, 'rest', 'rest_of') end
  end
  return chunks - last, last - first
end
