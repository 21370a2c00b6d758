namespace Sidecar.State.Drivers;

/// <summary>The scripts of <see cref="RedisStateStore"/>: Redis runs a condition and its write as one step.</summary>
internal static class RedisScripts
{
    /// <summary>
    /// KEYS: one per write, and last the index of keys. ARGV, five per write: s or d (as daprd judges) or S or D (strict); the ETag, "0" or
    /// "" for none; "1" for first-write; seconds to live or ""; the value. Nothing is written unless every condition holds, each seen from
    /// the writes before it. Answers 0, or ten times the number of the write that was refused plus 1 for its ETag, 2 for a key that exists.
    /// </summary>
    public const string Write = """
        local count = #KEYS - 1
        local index = KEYS[count + 1]
        local states = {}
        for i = 1, count do
          local a = (i - 1) * 5
          local key, kind, etag, first = KEYS[i], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3]
          local state = states[key]
          if not state then
            local found = redis.pcall('HMGET', key, 'version', 'first-write')
            if found.err then
              state = { other = true }
            else
              state = { version = found[1] or nil, guarded = found[2] or nil }
            end
            state.old = state.version
            states[key] = state
          end
          local version = state.version
          if version == '' then version = nil end
          if kind == 's' then
            if version and version ~= etag and not (etag == '0' and not state.guarded) then return i * 10 + 1 end
          elseif kind == 'd' then
            if version and version ~= etag and etag ~= '0' then return i * 10 + 1 end
          elseif etag ~= '' then
            if version ~= etag then return i * 10 + 1 end
          elseif first == '1' and version then
            return i * 10 + 2
          end
          if kind == 's' or kind == 'S' then
            state.version = string.format('%d', (tonumber(version) or 0) + 1)
            if kind == 's' and first == '1' then state.guarded = '0' end
          else
            state.version = nil
            state.guarded = nil
          end
        end
        for i = 1, count do
          local a = (i - 1) * 5
          local key, kind, first, ttl = KEYS[i], ARGV[a + 1], ARGV[a + 3], ARGV[a + 4]
          local state = states[key]
          if kind == 's' or kind == 'S' then
            if state.other then
              redis.call('DEL', key)
              state.other = nil
            end
            redis.call('HSET', key, 'data', ARGV[a + 5])
            if kind == 's' and first == '1' then redis.call('HSET', key, 'first-write', 0) end
            redis.call('HINCRBY', key, 'version', 1)
            if ttl ~= '' then redis.call('EXPIRE', key, ttl) else redis.call('PERSIST', key) end
            if kind == 'S' and not state.old then redis.call('ZADD', index, 0, key) end
          else
            redis.call('DEL', key)
            state.other = nil
            if kind == 'D' then
              redis.call('ZREM', index, key)
              state.old = nil
            end
          end
        end
        return 0
        """;

    /// <summary>
    /// KEYS: the index. ARGV: start and end (in ZRANGEBYLEX's syntax), count, "1" for values. Returns keys, or key, value and version in
    /// turn. Expired keys are removed from the index on the way.
    /// </summary>
    public const string List = """
        local found, from, wanted, n = {}, ARGV[1], tonumber(ARGV[3]), 0
        while n < wanted do
          local keys = redis.call('ZRANGEBYLEX', KEYS[1], from, ARGV[2], 'LIMIT', 0, wanted - n)
          if #keys == 0 then break end
          for _, key in ipairs(keys) do
            local value = redis.call('HMGET', key, 'data', 'version')
            if value[2] then
              n = n + 1
              found[#found + 1] = key
              if ARGV[4] == '1' then
                found[#found + 1] = value[1]
                found[#found + 1] = value[2]
              end
            else
              redis.call('ZREM', KEYS[1], key)
            end
          end
          from = '(' .. keys[#keys]
        end
        return found
        """;
}
