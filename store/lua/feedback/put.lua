-- uses: feedback
-- Keeps what somebody says of a sentence of a job that succeeded. Said again it is the same; said otherwise, the last
-- word counts. ARGV: tenant, job id, most jobs that an organisation may have feedback on, lifetime in ms or '' for as long
-- as the job, about as JSON, sentence's index, sentence as JSON, aspect, correction as JSON, 'right' or 'corrected'
-- Returns 'kept' | 'missing': there is no such result (any more) | 'full'
local tenant, id, most, life = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local now, record, index = now_ms(), key.feedback(tenant, id), key.feedbacks(tenant)
local job = get(key.job(tenant, id), 'status', 'created_at', 'expires_at')
if job.status ~= 'succeeded' or tonumber(job.expires_at) <= now then return 'missing' end
local kept = get(record, 'job_at', 'expires_at')
-- An id may come back when its job is past its time: what was said of that one's text is none of this one's.
local other = kept.job_at and (kept.job_at ~= job.created_at or tonumber(kept.expires_at) <= now)
if other or not kept.job_at then
  if not other and redis.call('ZCARD', index) >= most then return 'full' end
  if other then forget_feedback(tenant, id) end
  local ends = life and now + life or tonumber(job.expires_at)
  redis.call('HSET', record, 'job_at', job.created_at, 'created_at', int(now), 'expires_at', int(ends), 'about', ARGV[5])
  redis.call('PEXPIREAT', record, int(ends + OVERDUE_MS))
  redis.call('ZADD', index, int(now), id)
  redis.call('ZADD', key.feedback_expiring, int(ends), join_task(tenant, id))
end
redis.call('HSETNX', record, 'sentence|' .. ARGV[6], ARGV[7])
local field = 'correction|' .. ARGV[6] .. '|' .. ARGV[8]
local before = redis.call('HGET', record, field)
if not before or string.match(before, '\n(.*)$') ~= ARGV[9] then
  redis.call('HSET', record, field, int(now) .. '\n' .. ARGV[9])
  meter_feedback(ARGV[10])
end
return 'kept'
