-- uses: feedback
-- Keeps what somebody says of a sentence of a job, or of a batch's line, that succeeded. Said again it is the same; said
-- otherwise, the last word counts. ARGV: tenant, id (see the library), most that an organisation may have feedback on,
-- lifetime in ms or '' for as long as the job or batch, about as JSON, sentence's index, sentence as JSON, aspect, correction
-- as JSON, 'right' or 'corrected', then of a line its batch, its chunk, and that one's version when the line was read
-- Returns 'kept' | 'missing': there is no such result (any more) | 'full' | 'changed': the chunk was, look again | 'own': an
-- organisation's takes as many bytes as it may | 'all': all together
local tenant, id, most, life = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local batch, chunk = ARGV[11], ARGV[12]
local now, record, index = now_ms(), key.feedback(tenant, id), key.feedbacks(tenant)
local job = get(key.job(tenant, chunk or id), 'status', 'created_at', 'expires_at', 'version')
if job.status ~= 'succeeded' then return 'missing' end
local until_ms = job.expires_at
if batch then
  -- Its chunks are kept as long as it, whatever their own records say.
  local whole = get(key.batch(tenant, batch), 'status', 'expires_at', 'ttl_ms')
  if not whole.status then return 'missing' end
  until_ms = whole.expires_at or int(now + whole.ttl_ms)
  if job.version ~= ARGV[13] then return 'changed' end
end
if tonumber(until_ms) <= now then return 'missing' end
local kept = get(record, 'job_at', 'expires_at')
-- An id may come back when its job is past its time: what was said of that one's text is none of this one's.
local other = kept.job_at and (kept.job_at ~= job.created_at or tonumber(kept.expires_at) <= now)
local fresh = other or not kept.job_at
local sentence, field = 'sentence|' .. ARGV[6], 'correction|' .. ARGV[6] .. '|' .. ARGV[8]
local correction, more = int(now) .. '\n' .. ARGV[9], 0
local before = not fresh and redis.call('HGET', record, field)
local same = before and string.match(before, '\n(.*)$') == ARGV[9]
if fresh then
  more = RECORD_BYTES + #ARGV[5] + 2 * FIELD_BYTES + #sentence + #ARGV[7] + #field + #correction
else
  if redis.call('HEXISTS', record, sentence) == 0 then more = grows_by(record, sentence, ARGV[7]) end
  if not same then more = more + grows_by(record, field, correction) end
end
local over = more > 0 and over_room('feedback', tenant, more, MAX_FEEDBACK_BYTES, FEEDBACK_BYTES, 0.1)
if over then return over end
if fresh then
  if not other and redis.call('ZCARD', index) >= most then return 'full' end
  if other then forget_feedback(tenant, id) end
  local ends = life and now + life or tonumber(until_ms)
  redis.call('HSET', record, 'job_at', job.created_at, 'created_at', int(now), 'expires_at', int(ends), 'about', ARGV[5])
  redis.call('PEXPIREAT', record, int(ends + OVERDUE_MS))
  redis.call('ZADD', index, int(now), id)
  redis.call('ZADD', key.feedback_expiring, int(ends), join_task(tenant, id))
  if batch then
    local line = string.match(id, '%d+$')
    redis.call('ZADD', key.feedback_lines(tenant, batch), line, line)
  end
end
redis.call('HSETNX', record, sentence, ARGV[7])
if more ~= 0 then weigh_feedback(tenant, id, more) end
if not same then
  redis.call('HSET', record, field, correction)
  meter_feedback(ARGV[10])
  tell_feedback(tenant, 'said', id, true)
end
return 'kept'
