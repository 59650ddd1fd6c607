-- uses: job
-- Notes how far long reviews are, and tells those that listen.
-- ARGV per item: tag, tenant, id, attempt, sentences that were judged, all sentences
even_when_full()
for i = 1, #ARGV, 6 do
  local tenant, id, done = ARGV[i + 1], ARGV[i + 2], ARGV[i + 4]
  local record = key.job(tenant, id)
  local job = get(record, 'status', 'attempt', 'tag', 'progress')
  local before = tonumber(string.match(job.progress or '-1', '^%S+'))
  -- The fence, as everywhere; and what was read once more, since it did not fit into the memory, takes nothing back.
  if job.status == 'running' and job.attempt == ARGV[i + 3] and job.tag == ARGV[i] and tonumber(done) > before then
    redis.call('HSET', record, 'progress', done .. ' ' .. ARGV[i + 5])
    announce(join_task(tenant, id), redis.call('HINCRBY', record, 'version', 1), 'running')
  end
end
