namespace Load.Measuring;

/// <summary>
/// The result of one order. <paramref name="Outcome"/> is its terminal status or the kind of error; <paramref name="Finished"/> counts from
/// the start of the run; <paramref name="Checks"/> is the number of status reads.
/// </summary>
internal sealed record Sample(string Outcome, bool IsError, TimeSpan Post, TimeSpan Total, TimeSpan Finished, int Checks);
