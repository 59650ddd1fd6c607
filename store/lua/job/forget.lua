-- uses: job_purge
-- Redis needs the room: the time of the ended jobs whose time is over first is over now, and that of a batch with all of its
-- chunks. What webhooks that are still due have to tell stays, the lines of a batch too, and so does what the archive has
-- not been told of.
-- ARGV: most, how many to pass over, the entry of the outbox up to which nothing may go or ''
-- Returns {how many are forgotten, how many it has looked at, the first entry of the outbox or '', 1 if anything stays for a
-- webhook}
local most, first, now, forgotten = tonumber(ARGV[1]), tonumber(ARGV[2]), now_ms(), 0
even_when_full()
local untold = redis.call('XRANGE', key.outbox, '-', '+', 'COUNT', 1)[1]
-- An entry of the outbox is named by the time at which it was written, no second after the end.
if untold and untold[1] == ARGV[3] then return { 0, 0, untold[1], 0 } end
local told = untold and string.match(untold[1], '^%d+') - 1000 or math.huge
local stays, due = {}, 0

-- Forgets a chunk, and its batch: without one the others are none. There may be too many of them for one call; nobody can
-- read them any more, and their time is over, so that the next calls or the reconciler take them. Returns whether it did.
local function forget_chunk(tenant, id, batch)
  local about = get(key.batch(tenant, batch), 'chunks', 'finished_at')
  if about.chunks then
    if tonumber(about.finished_at or now) >= told then return false end
    if still_due(tenant, batch, 'batch.lines') then
      due = 1
      return false
    end
    for number = 0, about.chunks - 1 do
      redis.call('ZADD', key.expiring, 'XX', int(now), join_task(tenant, batch .. '.' .. number))
    end
  end
  purge_ended(tenant, id, batch, now)
  return true
end

local index = redis.call('ZRANGE', key.expiring, first, first + most - 1)
for _, task in ipairs(index) do
  local tenant, id = split_task(task)
  local job = get(key.job(tenant, id), 'status', 'batch', 'finished_at')
  local batch = job.batch and join_task(tenant, job.batch)
  if TERMINAL[job.status] and tonumber(job.finished_at) < told and not stays[batch or ''] then
    if batch then
      stays[batch] = not forget_chunk(tenant, id, job.batch)
    else
      purge_ended(tenant, id, nil, now)
    end
    if not stays[batch or ''] then forgotten = forgotten + 1 end
  end
end
return { forgotten, #index, untold and untold[1] or '', due }
