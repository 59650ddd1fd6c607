-- uses: attempt, usage
-- Ends attempts: result, state, announcement and acknowledgement in one step.
-- ARGV per item: tag, tenant, id, attempt, status, meta without its first brace or '', message, tally or '', good, bad,
--   skipped, what it used or '', where `meta` is in plain for a Celery client though texts are encrypted the same encrypted,
--   whether its record is packed when Celery clients have had time to read `meta` (1), field count, field, value, ...
-- Returns per item the state that the job has now, or '' when the attempt was no longer its owner.
local now = now_ms()
local out, uses = {}, {}
even_when_full()
local i = 1
while i <= #ARGV do
  local tag, tenant, id, attempt, status, meta = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local used, sealed, packable, last = ARGV[i + 11], ARGV[i + 12], ARGV[i + 13], i + 14 + ARGV[i + 14]
  local outcome = {
    meta = meta ~= '' and meta or nil, message = ARGV[i + 6], good = tonumber(ARGV[i + 8]), bad = tonumber(ARGV[i + 9]),
    skipped = tonumber(ARGV[i + 10]), sealed = sealed ~= '' and sealed or nil, fields = arguments(i + 15, last),
  }
  if ARGV[i + 7] ~= '' then
    outcome.tally = ARGV[i + 7]
    joined(outcome.fields, { 'tally', outcome.tally })
  end
  i = last + 1
  unclaim(tag)
  local job = ending(key.job(tenant, id), 'attempt', 'cancel_requested', 'tag', 'limit_at', 'redo', 'list')
  -- The fence: only the attempt that holds the record may end it.
  if job.status == 'running' and job.attempt == attempt and job.tag == tag then
    if job.cancel_requested == '1' then status, outcome = 'canceled', { message = 'The job was canceled.' }
    elseif job.limit_at and tonumber(job.limit_at) <= now then status, outcome = 'failed', too_long(tenant, id)
    elseif job.redo and status == 'succeeded' then
      -- Lines were erased that are in this result, too (`batch/erase_lines`).
      local list = job.queue == MODEL_QUEUE and job.list or job.queue
      requeue(tenant, id, list, job.redo, now, 'redone')
      status = ''
    end
    if status ~= '' then
      outcome.job, outcome.told = job, true
      finish(tenant, id, status, now, outcome)
    end
    if status == 'succeeded' and used ~= '' then add_use(uses, tenant, used) end
    if status == 'succeeded' and (sealed ~= '' or packable ~= '') then
      redis.call('ZADD', sealed ~= '' and key.plain_results or key.unpacked, int(now), join_task(tenant, id))
    end
    out[#out + 1] = status
  else
    out[#out + 1] = ''
  end
end
keep_use(uses, now)
return out
