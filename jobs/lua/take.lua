-- Starts an attempt at one job whose message a stock Celery worker has consumed; kombu, not Kritiq, holds that message.
-- ARGV: tag, task, tenant, id, lease in ms   Returns what claim.lua returns for a job, or nothing
local tag, task, tenant, id, lease = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local now = now_ms()
local key = record_key(tenant, id)
local job = get(key, 'status', 'attempt', 'text', 'options', 'weight', 'queued_at', 'ttl_ms', 'queue', 'deadline_at', 'batch',
  'restaurant', 'strikes', 'culprits')
local held_until = tonumber(redis.call('ZSCORE', 'kritiq:live', task) or 0)
if job.status == 'running' and held_until < now then
  job.attempt = redis.call('HINCRBY', key, 'attempt', 1)
  unhold(job.weight)
elseif job.status == 'queued' then
  count_out(job.queue, job.weight)
else
  return nil
end
redis.call('ZREM', 'kritiq:leases', tag)
if job.deadline_at and tonumber(job.deadline_at) <= now then
  redis.call('HSET', key, 'status', 'running')
  finish(task, tenant, id, 'expired', now, nil, 'The deadline passed before the job was done.')
  return nil
end
local version = redis.call('HINCRBY', key, 'version', 1)
redis.call('HSET', key, 'status', 'running', 'started_at', int(now), 'tag', tag)
redis.call('ZADD', 'kritiq:live', int(now + lease), task)
redis.call('HINCRBY', 'kritiq:flow', 'held', job.weight)
announce(task, version, 'running')
return { 'job', tag, tenant, id, job.attempt, job.text, job.options, job.weight, int(now - tonumber(job.queued_at)),
  job.ttl_ms, job.batch and '1' or '', job.restaurant and '1' or '', tonumber(job.strikes) > 0 and '1' or '',
  job.culprits or '' }
