namespace Sidecar.PubSub.Delivery;

/// <summary>Chooses the lanes of messages: always the same one for a key, and the emptiest one for a message without a key.</summary>
/// <param name="lanes">How many there are; at least 1.</param>
/// <param name="ordered">False: keys have no meaning.</param>
internal sealed class LaneChoice(int lanes, bool ordered)
{
    private readonly int[] loads = new int[lanes]; // messages that wait for their delivery or its end

    public int Lanes => loads.Length;

    /// <summary>The message counts until <see cref="Leave"/>. Only one caller at a time.</summary>
    public int Enter(string? key)
    {
        var lane = ordered && key is not null ? (int)((uint)string.GetHashCode(key, StringComparison.Ordinal) % Lanes) : Emptiest();
        Interlocked.Increment(ref loads[lane]);
        return lane;
    }

    public void Leave(int lane) => Interlocked.Decrement(ref loads[lane]);

    private int Emptiest()
    {
        var best = 0;
        for (var lane = 1; lane < loads.Length && loads[best] > 0; lane++)
        {
            best = Volatile.Read(ref loads[lane]) < Volatile.Read(ref loads[best]) ? lane : best;
        }
        return best;
    }
}
