-- uses: attempt, usage, job_purge
-- Makes a record for a task that a Celery client sent by itself; its message is held under `tag`. From now on a message
-- of ours stands for it, and it is a job as any other.
-- KEYS: queue   ARGV: tag, tenant, id, weight, lease in ms, when it is due in ms or 0, whether it waits in the queue (1),
--   at its head (2) or runs at once (0), message of ours, whether what follows is sent though it was asked for before (1)
--   or not (0), SHA-1 of the message as the caller has it, then field, value, ...
-- Returns {'adopted', attempt} | {'queued'} | {'scheduled'} | {'revoked'} | {'expired'}: it has ended
--   | {'held'}: it waits or runs already | {'ended'}: it was done before
local tag, tenant, id, weight, lease = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local due, waits, message, anew = tonumber(ARGV[6]), ARGV[7] ~= '0', ARGV[8], ARGV[9] == '1'
-- Which version is to judge it is looked up as it is claimed.
local ahead = ARGV[7] == '2' or not waits and redis.call('HEXISTS', key.aliases, DEFAULT_ALIAS) == 1
waits = waits or ahead
local now = now_ms()
even_when_full()
local record, task = key.job(tenant, id), join_task(tenant, id)
local job = get(record, 'status', 'attempt', 'tag', 'native', 'ttl_ms', 'packed', 'whole', 'kept')
-- The same call again, after its answer was lost on the way: the tag is still the caller's.
if job.status == 'running' and job.tag == tag then return { 'adopted', job.attempt } end

-- A stock worker's message is kombu's to keep, and has come off the queue by itself.
local kept = redis.call('HGET', key.claims, tag)
local plain = not kept
local queue, held = string.match(kept or '', '^([^\n]+)\n(.*)$')
-- Reviews in it were erased since the caller claimed it (`job/blank`): whoever takes it next has what is left.
if held and redis.sha1hex(held) ~= ARGV[10] then
  unclaim(tag)
  redis.call('RPUSH', queue, held)
  return { 'held' }
end
if plain then pass_turn(tenant, KEYS[1], weight) end

local function given(name)
  for i = 11, #ARGV, 2 do if ARGV[i] == name then return ARGV[i + 1] end end
end

-- As in Celery, an id that was answered keeps its answer, and one whose task came to nothing, or whose answer its client
-- forgot or never wanted, may be tried again: whoever sends it waits for one.
local answer = TERMINAL[job.status] and redis.call('GET', key.result(celery_id(task)))
local found = TERMINAL[job.status] and (answer or job.whole or job.packed or job.kept)
local wanted = not given('ignored')
local forgotten = job.status == 'succeeded' and not found and (wanted or given('celery'))
local retried = TERMINAL[job.status] and job.native and (job.status ~= 'succeeded' or forgotten)
if job.status and not retried then
  unclaim(tag)
  -- What Celery is to send after this message's task, it sends with the one result that there is.
  if given('celery') and follow_too(record, given('celery'), given('celery_marks'), anew) and found then
    owe(record, task, found, now)
  end
  if found and wanted and found == job.kept and not answer then store_result(task, found, tonumber(job.ttl_ms)) end
  return { TERMINAL[job.status] and 'ended' or 'held' }
end
if retried then purge(tenant, id) end
forget_left(tenant, id)
redis.call('HDEL', record, 'gone', 'celery', 'celery_more', 'celery_marks', 'kept', 'owed')
redis.call('ZREM', key.follow_ups, task)
redis.call('PERSIST', record)
redis.call('HSET', record, 'attempt', 1, 'strikes', 0, 'weight', weight, 'created_at', int(now), 'native', 1,
  unpack(arguments(11)))
-- Where texts are encrypted the client's message, which has it in plain, is to leave Redis' file.
if string.byte(given('text')) == 255 then note_erasure(now) end
redis.call('ZADD', key.jobs(tenant), int(now), id)
local asked = get(record, 'restaurant', 'author', 'deadline_at', 'limit_ms', 'bytes')
local deadline = tonumber(asked.deadline_at or math.huge)
use_request(tenant, now, asked.restaurant, weight)
count_stored(tenant, asked.bytes)
redis.call('ZADD', key.live, int(math.min(NEVER_MS, deadline)), task)
if asked.restaurant then redis.call('ZADD', key.restaurant(tenant, asked.restaurant), int(now), id) end
if asked.author then redis.call('ZADD', key.author(tenant, asked.author), int(now), id) end
local revoked = tonumber(redis.call('ZSCORE', key.revoked, celery_id(task)) or 0) > now
local ends = revoked or deadline <= now
if ends or waits or due > now then unclaim(tag) end
if due > now and not ends then
  schedule(tenant, id, KEYS[1], message, weight, due)
  return { 'scheduled' }
end
-- What does not wait in the queue passes nobody there.
enqueue(tenant, id, KEYS[1], weight, now, nil, ahead or not waits or ends)
if waits and not ends then
  (ahead and put_in_front or put_in)(tenant, KEYS[1], message)
  return { 'queued' }
end
count_out(tenant, KEYS[1], weight)
if revoked then
  finish(tenant, id, 'canceled', now, { message = 'The task was revoked.', told = true })
  return { 'revoked' }
elseif ends then
  finish(tenant, id, 'expired', now, { message = DEADLINE_PASSED, told = true })
  return { 'expired' }
end
if not plain then redis.call('HSET', key.claims, tag, KEYS[1] .. '\n' .. message) end
start(tenant, id, KEYS[1], tag, now, lease, asked.limit_ms)
hold(weight)
return { 'adopted', 1 }
