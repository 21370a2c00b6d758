using System.Globalization;

namespace Chaos;

internal enum FaultKind
{
    KillApp,
    FreezeApp,
    KillSidecar,
    FreezeSidecar,
}

/// <param name="AppId">Empty for the sidecar.</param>
/// <param name="Lasting">How long a frozen process stands still.</param>
/// <param name="Rest">How long the system is left alone afterwards.</param>
internal sealed record Fault(FaultKind Kind, string AppId, TimeSpan Lasting, TimeSpan Rest)
{
    public override string ToString() =>
        Kind switch
        {
            FaultKind.KillApp => $"kill {AppId}",
            FaultKind.FreezeApp => $"freeze {AppId} for {Lasting.TotalSeconds:0.0} s",
            FaultKind.KillSidecar => "kill the sidecar",
            _ => $"freeze the sidecar for {Lasting.TotalSeconds:0.0} s",
        };
}

/// <summary>
/// Plan of a chaos run. The seed (<c>CHAOS_SEED</c>) alone decides the faults and their order, so a run can be repeated. A run takes
/// <c>CHAOS_SECONDS</c>, by default 30.
/// </summary>
internal sealed record ChaosPlan(int Seed, TimeSpan Duration)
{
    private static readonly string[] Apps = ["orders", "inventory", "payments", "shipping", "customers", "gateway", "orders-grpc"];

    public static ChaosPlan OfEnvironment { get; } =
        new(Number("CHAOS_SEED") ?? Random.Shared.Next(1_000_000), TimeSpan.FromSeconds(Number("CHAOS_SECONDS") ?? 30));

    /// <summary>Returns an endless sequence of faults. Six of ten kill an app, one kills the sidecar.</summary>
    public IEnumerable<Fault> Faults()
    {
        var random = new Random(Seed);
        while (true)
        {
            var kind = random.Next(10) switch
            {
                < 6 => FaultKind.KillApp,
                < 8 => FaultKind.FreezeApp,
                8 => FaultKind.FreezeSidecar,
                _ => FaultKind.KillSidecar,
            };
            var appId = Apps[random.Next(Apps.Length)];
            yield return new Fault(
                kind,
                kind is FaultKind.KillApp or FaultKind.FreezeApp ? appId : "",
                TimeSpan.FromMilliseconds(random.Next(300, 3000)),
                TimeSpan.FromMilliseconds(random.Next(500, 4000))
            );
        }
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
