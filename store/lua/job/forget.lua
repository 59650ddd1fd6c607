-- uses: job
-- Redis needs the room: the time of the ended jobs whose time is over first is over now. What webhooks that are still due
-- have to tell stays, and so does what the archive has not been told of. ARGV: most   Returns how many that were
local most, now, forgotten = tonumber(ARGV[1]), now_ms(), 0
even_when_full()
local untold = redis.call('XRANGE', key.outbox, '-', '+', 'COUNT', 1)[1]
-- An entry of the outbox is named by the time at which it was written, no second after the end.
local told = untold and string.match(untold[1], '^%d+') - 1000 or math.huge
for _, task in ipairs(redis.call('ZRANGE', key.expiring, 0, 5 * most - 1)) do
  if forgotten >= most then break end
  local tenant, id = split_task(task)
  local job = get(key.job(tenant, id), 'status', 'batch', 'finished_at')
  if TERMINAL[job.status] and tonumber(job.finished_at) < told then
    purge_ended(tenant, id, job.batch, now)
    forgotten = forgotten + 1
  end
end
return forgotten
