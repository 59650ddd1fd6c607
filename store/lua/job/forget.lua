-- uses: job_purge
-- Redis needs the room: the time of the ended jobs whose time is over first is over now, and that of a batch with all of its
-- chunks. What webhooks that are still due have to tell stays, the lines of a batch too, and so does what the archive has
-- not been told of.
-- ARGV: most, how many to pass over   Returns {how many are forgotten, how many it has looked at}
local most, first, now, forgotten = tonumber(ARGV[1]), tonumber(ARGV[2]), now_ms(), 0
even_when_full()
local untold = redis.call('XRANGE', key.outbox, '-', '+', 'COUNT', 1)[1]
-- An entry of the outbox is named by the time at which it was written, no second after the end.
local told = untold and string.match(untold[1], '^%d+') - 1000 or math.huge
local stays = {}

-- Forgets a chunk, and with it the others of its batch: without one they are none. Returns how many, 0 when they stay.
local function forget_chunk(tenant, id, batch)
  local about = get(key.batch(tenant, batch), 'chunks', 'finished_at')
  if not about.chunks then
    -- An older release left it behind.
    purge_ended(tenant, id, batch, now)
    return 1
  end
  if tonumber(about.finished_at or now) >= told or still_due(tenant, batch, 'batch.lines') then return 0 end
  for number = 0, about.chunks - 1 do purge_ended(tenant, batch .. '.' .. number, batch, now) end
  return tonumber(about.chunks)
end

local index = redis.call('ZRANGE', key.expiring, first, first + 5 * most - 1)
for _, task in ipairs(index) do
  if forgotten >= most then break end
  local tenant, id = split_task(task)
  local job = get(key.job(tenant, id), 'status', 'batch', 'finished_at')
  local batch = job.batch and join_task(tenant, job.batch)
  if TERMINAL[job.status] and tonumber(job.finished_at) < told and not stays[batch or ''] then
    if batch then
      local gone = forget_chunk(tenant, id, job.batch)
      stays[batch] = gone == 0
      forgotten = forgotten + gone
    else
      purge_ended(tenant, id, nil, now)
      forgotten = forgotten + 1
    end
  end
end
return { forgotten, #index }
