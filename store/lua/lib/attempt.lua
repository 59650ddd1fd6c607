-- uses: job
-- Claimed messages, and what becomes of a job whose attempt was lost or handed back.

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

-- Queue, message, tenant and id of what is kept under `tag`; nothing when nothing is.
local function claimed(tag)
  local kept = redis.call('HGET', key.claims, tag)
  if not kept then return end
  local queue, message = string.match(kept, '^([^\n]+)\n(.+)$')
  return queue, message, split_task(cjson.decode(message).headers.id)
end

-- Whether a claimed message stands for no job yet, since another Celery client sent it: it must not be lost. One of ours
-- without a record is that of a deleted job.
local function unadopted(message, status, record)
  return not status and cjson.decode(message).headers.origin ~= 'kritiq' and redis.call('HEXISTS', record, 'gone') == 0
end

-- Puts a running job back to the head of its queue as its next attempt.
local function requeue(tenant, id, queue, message, now)
  local record = key.job(tenant, id)
  local weight = redis.call('HGET', record, 'weight')
  let_go(weight)
  redis.call('HINCRBY', record, 'attempt', 1)
  redis.call('HDEL', record, 'tag', 'judging')
  enqueue(tenant, id, queue, weight, now, nil, true)
  -- Its deadline may have passed while it was held: the reconciler looks at once.
  redis.call('ZADD', key.live, int(now), join_task(tenant, id))
  redis.call('RPUSH', queue, message)
end

-- Counts one more worker that was lost with a job. Of a suspect chunk it is the line that was being judged that is to
-- blame, or none (0: other work killed the worker, between two lines), and not the chunk: after `most - 1` times (the
-- first loss named nobody) the line is not judged again. A chunk that goes on killing workers is stopped all the same.
local function strike(record, most)
  local job = get(record, 'judging', 'noted', 'culprits', 'strikes', 'batch')
  if not job.batch or job.strikes == '0' then return redis.call('HINCRBY', record, 'strikes', 1) end
  local line = job.judging or '0'
  local noted = (job.noted or '') .. ' ' .. line .. ' '
  redis.call('HDEL', record, 'judging')
  redis.call('HSET', record, 'noted', noted)
  local _, times = string.gsub(noted, ' ' .. line .. ' ', '')
  if line ~= '0' and times >= most - 1 then
    redis.call('HSET', record, 'culprits', (job.culprits or '') .. ' ' .. line)
  end
  local _, losses = string.gsub(noted, '%d+', '')
  return losses >= 10 * most and most or tonumber(job.strikes)
end

-- What follows when a running job was lost with its worker: it waits again, or after `most` losses it has failed; its
-- text stays for the operator. Returns the status.
local function lose(tenant, id, queue, message, most, now)
  local record = key.job(tenant, id)
  local strikes = strike(record, most)
  if redis.call('HGET', record, 'cancel_requested') == '1' then
    finish(tenant, id, 'canceled', now, { message = 'The job was canceled.' })
    return 'canceled'
  elseif strikes >= most then
    local text = 'The job was lost with its worker ' .. strikes .. ' times and is not tried again.'
    redis.call('ZADD', key.dead(tenant), int(now), id)
    finish(tenant, id, 'failed', now, {
      message = text, fields = { 'error', cjson.encode({ code = 'worker_lost', message = text }) },
    })
    return 'failed'
  end
  requeue(tenant, id, queue, message, now)
  return 'queued'
end
