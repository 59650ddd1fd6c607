-- uses: delivery
-- What becomes of webhooks whose job or batch goes.

-- Of these webhooks: what was not delivered never is, and what receivers answered is forgotten, and the URL that came with
-- the job. What tells of a deletion stays.
local function forget_told(tenant, messages, now)
  for _, msg in ipairs(messages) do
    local record = key.delivery(tenant, msg)
    local d = get(record, 'status', 'type')
    if not is_erasure(d.type or '') then
      if d.status == 'pending' then end_delivery(tenant, msg, 'dropped', 'job_gone', now) end
      -- Whoever is sending it now has read the URL, and forgets it when that is recorded (`delivery/record`).
      if d.status ~= 'sending' then redis.call('HDEL', record, 'url') end
    end
  end
  forget_answers(tenant, messages)
  note_erasure(now)
end

-- Some webhooks about a job or batch, those first that were made first: from the time `since` on, `most` and whatever was
-- made at the same time as the last of these. Others may go meanwhile, so that the place among them is a time: returned is
-- also since when the rest is, or nil when these are all.
local function some_about(tenant, subject, since, most)
  local about = key.deliveries_of(tenant, subject)
  local some = redis.call('ZRANGEBYSCORE', about, since, '+inf', 'LIMIT', 0, most)
  if #some < most then return some end
  local last = redis.call('ZSCORE', about, some[most])
  return redis.call('ZRANGEBYSCORE', about, since, last), '(' .. last
end

-- A job or batch is taken away, and with it what its webhooks told, or would have.
local function forget_deliveries(tenant, about, subject, now)
  local unsent = key.unsent(tenant, about, subject)
  if about == 'job' then
    local of = get(unsent, 'restaurant', 'author')
    if of.restaurant then redis.call('ZREM', key.restaurant(tenant, of.restaurant), subject) end
    if of.author then redis.call('ZREM', key.author(tenant, of.author), subject) end
  end
  redis.call('DEL', unsent)
  forget_told_answers(tenant, subject)
  forget_told(tenant, all_about(tenant, subject), now)
end

-- The same where only webhooks are left of a job; of its id another may be made.
local function forget_left(tenant, id)
  if redis.call('EXISTS', key.unsent(tenant, 'job', id)) == 1 then forget_deliveries(tenant, 'job', id, now_ms()) end
end

-- Fields of a record that no webhook tells.
local UNTOLD = {
  text = true, message = true, celery = true, celery_more = true, celery_marks = true, celery_meta = true, celery_headers = true,
  kept = true, tally = true, tallied = true,
}
-- The time of a job or batch is over. What webhooks that are still due have to tell of it is kept for them alone, without
-- the text, until the last of them is delivered or given up, or their schedule must have ended. Returns whether any is.
local function keep_unsent(tenant, about, subject, record, result, now)
  if not still_due(tenant, subject) then
    forget_deliveries(tenant, about, subject, now)
    return false
  end
  local unsent, fields, told = key.unsent(tenant, about, subject), redis.call('HGETALL', record), {}
  if #fields == 0 then return false end
  for i = 1, #fields, 2 do
    if not UNTOLD[fields[i]] then told[#told + 1], told[#told + 2] = fields[i], fields[i + 1] end
  end
  redis.call('HSET', unsent, unpack(told))
  if result then redis.call('HSET', unsent, 'result', result) end
  redis.call('PEXPIRE', unsent, int(OVERDUE_MS + GONE_MS))
  return true
end
