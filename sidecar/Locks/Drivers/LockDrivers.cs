using Sidecar.Components;
using Sidecar.Redis;

namespace Sidecar.Locks.Drivers;

/// <summary>Reads the metadata of lock stores and opens them.</summary>
internal static class LockDrivers
{
    public static OpenComponent InMemory(DriverContext context)
    {
        var prefix = Prefix(context);
        return _ => new(new OpenedComponent(new LockComponent(context.Name, new InMemoryLock(context.Time), prefix)));
    }

    public static OpenComponent Redis(DriverContext context)
    {
        var prefix = Prefix(context);
        var settings = RedisSettings.Read(context);
        return async _ => new OpenedComponent(new LockComponent(context.Name, new RedisLock(await RedisServer.AtAsync(settings)), prefix));
    }

    private static LockPrefix Prefix(DriverContext context) => new(PrefixStrategy.Read(context.Properties), context.AppId, context.Name);
}
