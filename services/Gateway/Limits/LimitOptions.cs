namespace Gateway.Limits;

/// <summary>
/// How much the edge takes (<c>Limits:*</c>), in requests. Each user and each address has a bucket that fills at so many a second, up
/// to its burst; and only so many requests are under way at once, with a short queue before them.
/// </summary>
internal sealed record LimitOptions
{
    public int PerUserPerSecond { get; init; } = 50;
    public int PerUserBurst { get; init; } = 100;
    public int PerAddressPerSecond { get; init; } = 200;
    public int PerAddressBurst { get; init; } = 400;
    public int Concurrent { get; init; } = 128;
    public int Queued { get; init; } = 256;

    public int MostHeaderBytes { get; init; } = 16 * 1024;
    public int MostHeaders { get; init; } = 64;

    public bool AreSane => PerUserPerSecond > 0 && PerUserBurst > 0 && PerAddressPerSecond > 0 && PerAddressBurst > 0 && Concurrent > 0 && Queued >= 0 && MostHeaderBytes > 1024 && MostHeaders > 8;
}
