-- Makes a record for a text that a Celery client sent by itself, running already; its message is held under `tag`.
-- ARGV: tag, task, tenant, id, weight, lease in ms, then field, value, ...
-- Returns {'adopted', attempt} | {'held'}: another attempt has it | {'ended'}: it was done before.
local tag, task, tenant, id, weight = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local now = now_ms()
local key = record_key(tenant, id)
local job = get(key, 'status', 'attempt', 'tag', 'gone')
-- The same call again, after its answer was lost on the way: the tag is still the caller's.
if job.status == 'running' and job.tag == tag then return { 'adopted', job.attempt } end
if job.gone or (job.status and job.status ~= 'queued') then
  unclaim(tag)
  return { job.status == 'running' and 'held' or 'ended' }
end
local fields = {}
for i = 7, #ARGV do fields[#fields + 1] = ARGV[i] end
local attempt = job.attempt or '1'
local created = redis.call('HGET', key, 'created_at') or int(now)
redis.call('HSET', key, 'status', 'running', 'attempt', attempt, 'weight', weight, 'created_at', created,
  'queued_at', created, 'started_at', int(now), 'queue', 'kritiq.normal', 'tag', tag, unpack(fields))
redis.call('HSETNX', key, 'strikes', 0)
redis.call('HINCRBY', key, 'version', job.status and 1 or 2)
redis.call('ZADD', 'kritiq:' .. tenant .. ':jobs', 'NX', created, id)
redis.call('ZADD', 'kritiq:live', int(now + tonumber(ARGV[6])), task)
redis.call('HINCRBY', 'kritiq:flow', 'held', weight)
return { 'adopted', attempt }
