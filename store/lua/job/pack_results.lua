-- Puts results, and what of their jobs' records no script reads, into these records in one piece, and takes away what
-- Celery clients have had time to read.
-- ARGV per result: job (as in sets), SHA-1 of what was read, the piece ('': it stays as it is), the record's tally in short
--   or '', the fields that are in the piece, with a comma between each
even_when_full()
for i = 1, #ARGV, 5 do
  local tenant, id = split_task(ARGV[i])
  local record, result = key.job(tenant, id), key.result(celery_id(ARGV[i]))
  if ARGV[i + 2] ~= '' then
    -- Its client may have put something else there meanwhile.
    local found = redis.call('GET', result)
    if found and redis.sha1hex(found) == ARGV[i + 1] then
      local taken = {}
      for name in string.gmatch(ARGV[i + 4], '[^,]+') do taken[#taken + 1] = name end
      redis.call('HSET', record, 'whole', ARGV[i + 2])
      -- By another name, for a release before this one could not read it.
      if ARGV[i + 3] ~= '' then
        redis.call('HSET', record, 'tallied', ARGV[i + 3])
        redis.call('HDEL', record, 'tally')
      end
      redis.call('HDEL', record, unpack(taken))
      redis.call('DEL', result)
    end
  end
  redis.call('ZREM', key.unpacked, ARGV[i])
end
