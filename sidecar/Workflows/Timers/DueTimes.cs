using Google.Protobuf.WellKnownTypes;

namespace Sidecar.Workflows.Timers;

/// <summary>Due times of the protocol. Times beyond the calendar mean an endless wait.</summary>
internal static class DueTimes
{
    private const long LastSecond = 253402300799; // 9999-12-31T23:59:59Z

    public static DateTimeOffset Of(Timestamp? due) =>
        due is null ? DateTimeOffset.MinValue
        : due.Seconds >= LastSecond ? DateTimeOffset.MaxValue
        : due.ToDateTimeOffset();
}
