namespace Sidecar.PubSub.Delivery;

/// <summary>Chooses the lanes of messages: always the same one for a key, and the emptiest one for a message without a key.</summary>
/// <param name="lanes">How many there are; at least 1.</param>
/// <param name="ordered">False: keys have no meaning.</param>
internal sealed class LaneChoice(int lanes, bool ordered)
{
    private readonly Lock gate = new();
    private readonly int[] loads = new int[lanes]; // guarded by gate: messages that wait for their delivery or its end

    public int Lanes => loads.Length;

    /// <summary>The message counts until <see cref="Leave"/>.</summary>
    public int Enter(string? key)
    {
        lock (gate)
        {
            var lane = ordered && key is not null ? (int)((uint)string.GetHashCode(key, StringComparison.Ordinal) % Lanes) : Emptiest();
            loads[lane]++;
            return lane;
        }
    }

    public void Leave(int lane)
    {
        lock (gate)
        {
            loads[lane]--;
        }
    }

    private int Emptiest() => Array.IndexOf(loads, loads.Min());
}
