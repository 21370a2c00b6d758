namespace Console.Live;

/// <summary>Counts of orders placed and of their endings in an interval of <see cref="OrderFigures.Interval"/>.</summary>
public sealed record IntervalFigures(DateTimeOffset Start, int Placed, int Confirmed, int Cancelled, int Interventions);

/// <summary>A moment's figures, the oldest interval first. Percentiles are null until an order has ended.</summary>
public sealed record FiguresSnapshot(
    IReadOnlyList<IntervalFigures> Intervals,
    TimeSpan? P50,
    TimeSpan? P99,
    int Open,
    IReadOnlyDictionary<string, double> EventsPerSecond
);
