-- uses: delivery
-- Takes away the lines of a batch that came to nothing. ARGV: tenant, batch, number of chunks
even_when_full()
for n = 0, tonumber(ARGV[3]) - 1 do
  local record = key.job(ARGV[1], ARGV[2] .. '.' .. n)
  if redis.call('HEXISTS', record, 'status') == 0 and redis.call('DEL', record) == 1 then note_erasure(now_ms()) end
end
return 1
