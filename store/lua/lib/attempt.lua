-- uses: job_end
-- Claimed messages, and what becomes of a job whose attempt was lost or handed back.

-- Job (as in sets) and delivery tag of a message that begins as `store.messages.MessageFactory` lets it begin. Reading
-- all of it takes longer than the commands that claim it.
local function written_by_us(message)
  local task = string.match(message, '^{"headers":{"lang":"py","task":"kritiq%.predict","id":"([^"\\]+)"')
  if not task or not string.find(message, '"origin":"kritiq"', 1, true) then return end
  local _, last = string.find(message, '"delivery_tag":"', 1, true)
  if last then return task, string.match(message, '^([^"\\]+)"', last + 1) end
end

-- The job (as in sets) of a message that Kritiq made for it; nothing for any other. `envelope`: the message decoded.
local function ours(envelope)
  local headers = type(envelope) == 'table' and envelope.headers
  if type(headers) == 'table' and headers.origin == 'kritiq' and headers.task == 'kritiq.predict'
    and type(headers.id) == 'string' then return headers.id end
end

-- The same of a message that may begin otherwise.
local function task_of(message)
  local task = written_by_us(message)
  if task then return task end
  local read, envelope = pcall(cjson.decode, message)
  return read and ours(envelope)
end

-- Keeps a message under `tag` until `lease` milliseconds from now.
local function claim_message(tag, queue, message, now, lease)
  redis.call('HSET', key.claims, tag, queue .. '\n' .. message)
  redis.call('ZADD', key.leases, int(now + lease), tag)
end

-- Gives a claimed message up: it is neither in a queue nor held any more.
local function unclaim(tag)
  redis.call('HDEL', key.claims, tag)
  redis.call('ZREM', key.leases, tag)
end

-- Queue, message, tenant and id of what is kept under `tag`; nothing when nothing is. Tenant and id are those of one of
-- our messages: one that another Celery client sent stands for no job yet.
local function claimed(tag)
  local kept = redis.call('HGET', key.claims, tag)
  if not kept then return end
  local queue, message = string.match(kept, '^([^\n]+)\n(.*)$')
  local task = task_of(message)
  if task then return queue, message, split_task(task) end
  return queue, message
end

-- Keeps for the operator what nobody can be answered for, out of everybody's way: a line that says where it was, when and
-- why, and what it `is`, and then the message (`store.rejects.Reject`).
local function keep_rejected(queue, message, reason, now, is)
  local number = redis.call('HINCRBY', key.counters, 'rejected', 1)
  local about = cjson.encode({ number = number, at = int(now), queue = queue, reason = reason, is = is })
  redis.call('LPUSH', key.rejected, about .. '\n' .. message)
  redis.call('LTRIM', key.rejected, 0, 999)
end

-- What ends an attempt that took longer than its Celery client allowed.
local function too_long(tenant, id)
  local text = 'The job took longer than its time limit allows.'
  local limit_meta = redis.call('HGET', key.job(tenant, id), 'limit_meta')
  return {
    message = text, meta = limit_meta and string.sub(limit_meta, 2),
    fields = { 'error', cjson.encode({ code = 'time_limit', message = text }) },
  }
end

-- Puts a running job whose attempt came to nothing (`how`) back to the head of its queue, or of the list that it was in, as
-- its next attempt, or ends it if it was called off. Returns the status.
local function requeue(tenant, id, queue, message, now, how)
  if end_called_off(tenant, id, now) then return 'canceled' end
  begin_next_attempt(tenant, id, account_of(queue), redis.call('HGET', key.job(tenant, id), 'weight'), now, how)
  -- Its deadline may have passed while it was held: the reconciler looks at once.
  redis.call('ZADD', key.live, int(now), join_task(tenant, id))
  put_in_front(tenant, queue, message, id)
  return 'queued'
end

-- Counts one more worker that was lost with a job. Returns how many that were, and whether it is enough. Of a chunk it
-- is the line that was being judged that is to blame, if one was, and not the chunk: after `most - 1` times (the losses
-- before named nobody) the line is not judged again. A chunk that goes on killing workers is stopped all the same.
local function strike(record, most)
  local job = get(record, 'judging', 'noted', 'culprits', 'batch')
  local strikes = redis.call('HINCRBY', record, 'strikes', 1)
  if not job.batch or most == 1 then return strikes, strikes >= most end
  if job.judging then
    local noted, line = (job.noted or '') .. ' ' .. job.judging .. ' ', ' ' .. job.judging .. ' '
    redis.call('HSET', record, 'noted', noted)
    local _, times = string.gsub(noted, line, '')
    if times >= most - 1 then redis.call('HSET', record, 'culprits', (job.culprits or '') .. line) end
  end
  return strikes, strikes > 10 * most
end

-- A worker was lost with a job that a rollout (`lib/choice.lua`) gave its candidate, which may be what killed it: that counts
-- against the candidate, and the stable version is to judge the job. Once the rollout has ended nobody need serve that any
-- more: what became of the alias decides.
local function take_from_candidate(record)
  local by = redis.call('HGET', record, 'by')
  local choice = by and cjson.decode(by)
  if not choice or not choice.rollout or not choice.shadow then return end
  local kept = redis.call('HGET', key.aliases, choice.alias)
  local rollout = kept and cjson.decode(kept).rollout
  if not rollout or rollout.number ~= choice.rollout or rollout.state ~= 'running' then return end
  redis.call('HINCRBY', key.rollout(choice.alias), choice.rollout .. '|' .. choice.version .. '|lost', 1)
  redis.call('HSET', record, 'by', cjson.encode({ version = choice.shadow, alias = choice.alias, rollout = choice.rollout }))
end

-- What is told of the attempt that is about to be lost, if its job is traced: tenant, id, number, since when it waited and
-- ran, and the place in its trace (`jobs.stored.LostAttempt`).
local function traced_attempt(tenant, id)
  local job = get(key.job(tenant, id), 'attempt', 'queued_at', 'started_at', 'trace')
  if job.trace then return { tenant, id, job.attempt, job.queued_at, job.started_at, job.trace } end
end

-- What follows when a running job was lost with its worker: it waits again, or after `most` losses it has failed; its
-- text stays for the operator. Returns the status.
local function lose(tenant, id, queue, message, most, now)
  local record = key.job(tenant, id)
  local strikes, enough = 0, false
  meter_lost('strike')
  -- A bundle is on no device: something else has killed the worker.
  if redis.call('HEXISTS', record, 'blameless') == 0 then
    strikes, enough = strike(record, most)
    take_from_candidate(record)
  end
  if enough and redis.call('HGET', record, 'cancel_requested') ~= '1' then
    local text = 'The job was lost with its worker ' .. strikes .. ' times and is not tried again.'
    redis.call('ZADD', key.dead(tenant), int(now), id)
    finish(tenant, id, 'failed', now, {
      attempt = 'lost', message = text, kind = { 'WorkerLostError', 'billiard.exceptions' }, fields = { 'error', cjson.encode({ code = 'worker_lost', message = text }) },
    })
    return 'failed'
  end
  return requeue(tenant, id, queue, message, now, 'lost')
end
